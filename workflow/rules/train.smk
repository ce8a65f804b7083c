# Data, and everything that is trained.
rule prepare:
    input:
        made_by=stamp_of_dataset,
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
    shell:
        "python -m mlpstudy prepare {wildcards.dataset:q} > {log:q} 2>&1"


rule train:
    input:
        data_of_job,
        made_by=STAMPS.train,
    output:
        tables=[f"{RESULTS}/jobs/{{job}}/{name}" for name in TABLES],
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
    shell:
        "python -m mlpstudy train {wildcards.job:q} 2>&1 | tee {log:q}"


# One run of any study alone: settings, curves, layers, weights and pictures in a folder.
rule run:
    input:
        data_of_run,
        made_by=STAMPS.run,
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
    shell:
        "python -m mlpstudy run --id {wildcards.run_id:q} 2>&1 | tee {log:q}"
