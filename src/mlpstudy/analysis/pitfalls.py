"""The traps of autograd that the lecture warns of, as sessions at the keyboard, and what they print.

Python's doctest runs them and holds every output against the one that is written here.
"""

import doctest
import warnings
from textwrap import shorten
from typing import NamedTuple

import torch

LONGEST = 100  # characters of what a statement prints, as it is kept

SESSIONS = {
    "C34": """
>>> torch.ones(2).requires_grad
False
>>> torch.ones(2, requires_grad=True).requires_grad
True
>>> (2 * torch.ones(2)).grad_fn is None
True
>>> torch.nn.Parameter(torch.ones(2)).requires_grad
True
""",
    "C35": """
>>> torch.ones(2).sum().backward()
Traceback (most recent call last):
RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
>>> w = torch.ones(2, requires_grad=True)
>>> L = (w ** 2).sum()
>>> L.backward()
>>> L.backward()
Traceback (most recent call last):
RuntimeError: Trying to backward through the graph a second time ...
>>> w.grad
tensor([2., 2.])
>>> L = (w ** 2).sum()
>>> L.backward(retain_graph=True)
>>> L.backward()
>>> w.grad
tensor([6., 6.])
>>> L = w.sum()
>>> L.backward(); L.backward()
>>> w.grad
tensor([8., 8.])
""",
    "C36": """
>>> w = torch.tensor([3.], requires_grad=True)
>>> z = 2 * w
>>> (z ** 2).sum().backward()
>>> w.grad
tensor([24.])
>>> z.grad is None
True
>>> z = 2 * w
>>> z.retain_grad()
>>> (z ** 2).sum().backward()
>>> z.grad
tensor([12.])
""",
    "C37": """
>>> w = torch.ones(2, requires_grad=True)
>>> with torch.no_grad():
...     (2 * w).requires_grad
False
>>> (2 * w).requires_grad
True
>>> w -= 0.1
Traceback (most recent call last):
RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
>>> with torch.no_grad():
...     w -= 0.5
>>> w
tensor([0.5000, 0.5000], requires_grad=True)
""",
    "C38": """
>>> w = torch.tensor([1.], requires_grad=True)
>>> (3 * w).sum().backward()
>>> w.grad
tensor([3.])
>>> (3 * w).sum().backward()
>>> w.grad
tensor([6.])
>>> w.grad = None
>>> (3 * w).sum().backward()
>>> w.grad
tensor([3.])
""",
    "C39": """
>>> a, b = torch.zeros(5, 1), torch.zeros(5)
>>> (a - b).shape
torch.Size([5, 5])
>>> (a.t() - b).shape
torch.Size([1, 5])
>>> (a.view(-1) - b).shape
torch.Size([5])
>>> yhat, y = torch.tensor([[1.], [2.]]), torch.tensor([1., 2.])
>>> ((yhat - y) ** 2).mean()
tensor(0.5000)
>>> ((yhat.view(-1) - y) ** 2).mean()
tensor(0.)
""",
    "E12": """
>>> data_x = torch.tensor([[1., 0.], [0., 1.], [1., 1.], [0., 0.]])
>>> data_y = torch.tensor([1., 2., 4., 1.])
>>> w = torch.zeros(1, data_x.size(1), requires_grad=True)
>>> b = torch.zeros(1, 1, requires_grad=True)
>>> yhat = (x @ w.T) + b
Traceback (most recent call last):
NameError: name 'x' is not defined
>>> yhat = (data_x @ w.T) + b
>>> loss_mse = ((yhat.view(-1, 1) - data_y.view(-1, 1)) ** 2).sum()
>>> loss_mse = loss_mse / data_x.size(0)
>>> loss_mse
tensor(5.5000, grad_fn=<DivBackward0>)
>>> loss_mse.backward()
>>> print(w.grad, b.grad)
tensor([[-2.5000, -3.0000]]) tensor([[-4.]])
""",
}


class Statement(NamedTuple):
    """One line of a session. printed: what it gave; an error is told by its last line."""

    source: str
    printed: str
    as_written: bool


def play(session: str, name: str = "session") -> list[Statement]:
    """The statements of a session (a doctest) and what became of each, in a namespace of its own
    that holds torch alone."""
    test = doctest.DocTestParser().get_doctest(session, {"torch": torch}, name, None, 0)
    runner = _Listening(optionflags=doctest.ELLIPSIS)
    with torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of reading z.grad
        runner.run(test, out=lambda text: None)
    return runner.statements


class _Listening(doctest.DocTestRunner):
    """Keeps every statement instead of writing a protocol."""

    def __init__(self, **options):
        super().__init__(verbose=False, **options)
        self.statements: list[Statement] = []

    def _keep(self, example: doctest.Example, printed: str, as_written: bool) -> None:
        source = " ".join(line.strip() for line in example.source.strip().splitlines())
        outcome = " ".join(printed.split("\n")[-2:]) if example.exc_msg else printed
        outcome = shorten(outcome, LONGEST, placeholder=" ...")
        self.statements.append(Statement(source, outcome, as_written))

    def report_start(self, out, test, example):
        pass

    def report_success(self, out, test, example, got):
        self._keep(example, got, True)

    def report_failure(self, out, test, example, got):
        self._keep(example, got, False)

    def report_unexpected_exception(self, out, test, example, exc_info):
        self._keep(example, f"{exc_info[0].__name__}: {exc_info[1]}", False)
