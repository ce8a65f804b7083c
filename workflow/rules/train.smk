# Data, and everything that is trained.
if DOWNLOADED:

    # One file of a published set: where Snakemake itself runs, as nodes may have no network.
    rule fetch:
        input:
            lambda wildcards: before(wildcards.file),
        output:
            local("{file}"),
        log:
            f"{LOGS}/fetch/{{file}}.log",
        wildcard_constraints:
            file="|".join(map(re.escape, DOWNLOADED)),
        localrule: True
        threads: 1
        params:
            source=lambda wildcards: DOWNLOADED[wildcards.file].model_dump_json(),
        shell:
            "python -m mlpstudy.rules fetch {params.source:q} --to {output:q} 2>&1 | tee {log:q}"


if SETTINGS.datasets:

    # A user's own table. Its bytes stand in the stamp, so the age of its files says nothing.
    rule read:
        input:
            made_by=stamp_of_dataset,
            files=lambda wildcards: [
                ancient(planned(file)) for file in files_of(wildcards.dataset)
            ],
        output:
            f"{DATA}/{{dataset}}.npz",
        log:
            f"{LOGS}/read/{{dataset}}.log",
        wildcard_constraints:
            dataset="|".join(SETTINGS.datasets),
        priority: DATA_FIRST
        localrule: True
        threads: 1
        resources:
            mem_mb=memory(4000),
            runtime=10,
        params:
            source=lambda wildcards: source(wildcards.dataset).model_dump_json(),
        shell:
            "python -m mlpstudy.rules read {wildcards.dataset:q} {params.source:q}"
            " --to {output:q} > {log:q} 2>&1"

    ruleorder: read > prepare


rule prepare:
    input:
        made_by=stamp_of_dataset,
    output:
        f"{DATA}/{{dataset}}.npz",
    log:
        f"{LOGS}/prepare/{{dataset}}.log",
    priority: DATA_FIRST
    localrule: True
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=10,
    shell:
        "python -m mlpstudy.rules prepare {wildcards.dataset:q} --to {output:q} > {log:q} 2>&1"


# The name of a job says what it trains, so the age of its file says nothing.
rule train:
    input:
        job=ancient(planned(PLAN.job_file("{job}"))),
        data=data_of_job,
        made_by=stamp_of_job,
    output:
        [f"{RESULTS}/jobs/{{job}}/{name}" for name in TABLES],
        usage=f"{RESULTS}/usage/train/{{job}}.json",
    log:
        f"{LOGS}/train/{{job}}.log",
    priority: seconds_of_job
    threads: SETTINGS.threads
    resources:
        **GPU,
        mem_mb=memory_of_job,
        runtime=120,
    params:
        data=options("data"),
        to=folder,
        store=str(PROJECT.trained),
        device=SETTINGS.device,
        engine=SETTINGS.engine,
    shell:
        "python -m mlpstudy.rules train {input.job:q} {params.data:q} --to {params.to:q}"
        " --store {params.store:q} --device {params.device} --engine {params.engine} --threads {threads}"
        " --usage {output.usage:q} 2>&1 | tee {log:q}"


# One run of any study alone: settings, curves, layers, weights and pictures in a folder.
rule run:
    input:
        job=ancient(job_of_run),
        data=data_of_run,
        made_by=stamp_of_run,
    output:
        f"{RUNS}/{{run_id}}/run.json",
    log:
        f"{LOGS}/run/{{run_id}}.log",
    threads: SETTINGS.threads
    resources:
        **GPU,
        mem_mb=memory(2000),
        runtime=60,
    params:
        data=options("data"),
        to=folder,
        device=SETTINGS.device,
        engine=SETTINGS.engine,
    shell:
        "python -m mlpstudy.rules run {input.job:q} --id {wildcards.run_id:q} {params.data:q}"
        " --to {params.to:q} --device {params.device} --engine {params.engine} --threads {threads}"
        " 2>&1 | tee {log:q}"
