# Data, and everything that is trained.
rule prepare:
    output:
        "results/data/{dataset}.npz",
    log:
        f"{LOGS}/prepare/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare/{{dataset}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        digest=digest("prepare"),
    shell:
        "python -m mlpstudy prepare {wildcards.dataset:q} > {log:q} 2>&1"


rule train:
    input:
        data_of_job,
    output:
        tables=[
            f"{RESULTS}/jobs/{{job}}/{name}"
            for name in (
                "runs.parquet",
                "curves.parquet",
                "layers.parquet",
                "SHA256SUMS",
            )
        ],
    log:
        f"{LOGS}/train/{{job}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{job}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: PROJECT.settings.threads
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        train=digest("train"),
        tabulate=digest("tabulate"),
        device=PROJECT.settings.device,
    shell:
        "python -m mlpstudy train {wildcards.job:q} 2>&1 | tee {log:q}"


# One run of any study alone: settings, curves, layers, weights and pictures in a folder.
rule run:
    input:
        data_of_run,
    output:
        "results/runs/{run_id}/run.json",
    log:
        f"{LOGS}/run/{{run_id}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/run/{{run_id}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: PROJECT.settings.threads
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        train=digest("train"),
        draw=digest("draw"),
    shell:
        "python -m mlpstudy run --id {wildcards.run_id:q} 2>&1 | tee {log:q}"
