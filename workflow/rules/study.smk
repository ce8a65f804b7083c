# What a study measures by itself: only where its module has a function `measure`.
rule measure:
    input:
        study=planned(PLAN.measurement_file("{study}")),
        data=data_of_measurement,
        made_by=stamp_of_study("measure"),
    output:
        tables=directory(f"{RESULTS}/measured/{{study}}"),
        usage=f"{RESULTS}/usage/measure/{{study}}.json",
    log:
        f"{LOGS}/measure/{{study}}.log",
    priority: UNKNOWN
    threads: SETTINGS.threads
    resources:
        **GPU,
        mem_mb=memory(4000),
        runtime=60,
    params:
        data=options("data"),
        device=SETTINGS.device,
        engine=SETTINGS.engine,
    shell:
        "python -m mlpstudy.rules measure {input.study:q} {params.data:q} --to {output.tables:q}"
        " --device {params.device} --engine {params.engine} --threads {threads}"
        " --usage {output.usage:q} > {log:q} 2>&1"


# A study's tables and findings, then its figures. Its name is a target of its own.
rule summarise:
    input:
        study=planned(PLAN.study_file("{study}")),
        jobs=tables_of_jobs,
        measured=measured_by,
        data=data_of_study,
        made_by=stamp_of_study("summarise"),
    output:
        [f"{RESULTS}/studies/{{study}}/{name}" for name in STUDY_FILES],
        tables=directory(f"{RESULTS}/studies/{{study}}/tables"),
        usage=f"{RESULTS}/usage/summarise/{{study}}.json",
    log:
        f"{LOGS}/summarise/{{study}}.log",
    group:
        "study"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        jobs=lambda wildcards, input: folders(input.jobs),
        measured=options("measured"),
        data=options("data"),
        to=folder,
    shell:
        "python -m mlpstudy.rules summarise {input.study:q} {params.jobs:q} {params.measured:q}"
        " {params.data:q} --to {params.to:q} --usage {output.usage:q} > {log:q} 2>&1"


rule draw:
    input:
        f"{RESULTS}/studies/{{study}}/study.json.sha256",
        f"{RESULTS}/studies/{{study}}/findings.json",
        f"{RESULTS}/studies/{{study}}/findings.json.sha256",
        study=f"{RESULTS}/studies/{{study}}/study.json",
        made_by=stamp_of_study("draw"),
        tables=f"{RESULTS}/studies/{{study}}/tables",
    output:
        f"{RESULTS}/studies/{{study}}/figures.json",
        f"{RESULTS}/studies/{{study}}/figures.json.sha256",
        figures=report(
            directory(f"{RESULTS}/studies/{{study}}/figures"),
            patterns=["{figure,[A-Za-z0-9_-]+}.svg"],
            caption="../report/figure.rst",
            category="{study}",
            labels={"figure": "{figure}"},
        ),
        usage=f"{RESULTS}/usage/draw/{{study}}.json",
    log:
        f"{LOGS}/draw/{{study}}.log",
    group:
        "study"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        study=lambda wildcards, input: folders([input.study])[0],
        to=folder,
    shell:
        "python -m mlpstudy.rules draw {params.study:q} --to {params.to:q} --usage {output.usage:q}"
        " > {log:q} 2>&1"


for name in PLAN.studies:

    rule:
        name:
            name
        input:
            everything_of(name),
        localrule: True
