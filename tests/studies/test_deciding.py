"""What decides each claim, by its sentence: the other statistics are also seen."""

from collections import defaultdict
from pathlib import Path

import pytest

from mlpstudy.design.study_file import load

STUDIES = Path(__file__).resolve().parents[2] / "config/studies"
DECIDES = {
    "perceptron_limits": {"C01": {"gained_by_hidden_layer"}},
    "linear_stack": {"C02": {"off_product"}},
    "threshold": {
        "C03": {"delta_below", "gained_over_wide_threshold"},
        "C04": {"off_autograd", "off_differences"},
        "C32": {"gained_over_threshold"},
    },
    "trainability": {
        "C21": {"share_lost_with_depth"},
        "C30": {"share_gained_by_activation"},
        "C31": {"share_gained_by_residual"},
        "C33": {"share_gained_by_initialization"},
    },
    "vanishing": {"C22": {"decades_lost", "gradient_decades_lost"}},
    "rescues": {
        "C27": {"share_with_remedy"},
        "C30": {"share_gained_by_activation"},
        "C31": {"share_gained_by_residual"},
        "C33": {"share_gained_by_weights"},
    },
    "costs": {
        "C05": {"passes_lost_saturated", "off_accuracy"},
        "C09": {"off_entropy", "off_one_hot", "off_trained"},
    },
    "backpropagation": {
        "C06": {"off_autograd", "off_differences"},
        "C07": {"off_with_the_sum"},
        "C08": {"off_as_input", "learned_by_an_activation"},
    },
    "error_surface": {"C12": {"flat_share", "heights_without_decay"}},
    "learning_rate": {"C10": {"training_loss_reduction", "passes_saved"}},
    "expressivity": {
        "C20": {"exponent_of_constructed", "log_over_constructed", "constructed_over_shallow"}
    },
    "xor": {"C13": {"share_solved_at_all"}},
    "regions": {"C14": {"share_leaving"}},
    "complexity": {"C15": {"operations_per_weight"}, "C18": {"slowest_answers"}},
    "passes_and_restarts": {"C16": {"passes_of_half"}, "C17": {"starts_needed"}},
    "overfitting": {"C23": {"loss_added_by_depth", "error_added_by_depth"}},
    "architectures": {
        "C24": {"gap_reduced", "error_reduced", "gap_reduced_by_rbm", "error_reduced_by_rbm"}
    },
    "early_stopping": {
        "C25": {"test_loss_reduction"},
        "C11": {
            "share_of_passes",
            "test_loss_reduction_over_passes",
            "test_loss_reduction_over_training_loss",
        },
    },
    "input_noise": {"C26": {"error_saved", "loss_saved"}},
    "pretraining": {"C28": {"share_gained", "error_saved_deep"}},
    "dropout": {"C29": {"loss_reduced", "error_reduced"}},
    "width_and_depth": {"C19": {"gained_by_parameters", "gained_by_depth"}},
    "autograd": {
        **{f"C{k}": {"otherwise"} for k in range(34, 40)},
        "C40": {"time_with_the_graph", "memory_of_the_graph"},
    },
}


@pytest.mark.parametrize("name", DECIDES)
def test_deciding(name):
    deciding = defaultdict(set)
    for claim in load(STUDIES / f"{name}.yaml").claims:
        if claim.decides:
            deciding[claim.id].add(claim.statistic)
    assert deciding == DECIDES[name]
