# What a study measures by itself: only where its module has a function `measure`.
rule measure:
    input:
        data_of_study,
        made_by=stamp_of_measurement,
    output:
        directory(f"{RESULTS}/measured/{{study}}"),
    log:
        f"{LOGS}/measure/{{study}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure/{{study}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: PROJECT.settings.threads
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        "python -m mlpstudy measure {wildcards.study:q} > {log:q} 2>&1"


# A study's tables and findings, then its figures. Its name is a target of its own.
rule summarise:
    input:
        tables_of_study,
        made_by=stamp_of_summary,
    output:
        [f"{RESULTS}/studies/{{study}}/{name}" for name in STUDY_FILES],
        tables=directory(f"{RESULTS}/studies/{{study}}/tables"),
    log:
        f"{LOGS}/summarise/{{study}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/summarise/{{study}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    shell:
        "python -m mlpstudy summarise {wildcards.study:q} > {log:q} 2>&1"


rule draw:
    input:
        f"{RESULTS}/studies/{{study}}/study.json",
        f"{RESULTS}/studies/{{study}}/study.json.sha256",
        made_by=stamp_of_drawing,
        tables=f"{RESULTS}/studies/{{study}}/tables",
    output:
        f"{RESULTS}/studies/{{study}}/figures.json",
        f"{RESULTS}/studies/{{study}}/figures.json.sha256",
        figures=report(
            directory(f"{RESULTS}/studies/{{study}}/figures"),
            patterns=["{figure,[A-Za-z0-9_-]+}.png"],
            caption="../report/figure.rst",
            category="{study}",
            labels={"figure": "{figure}"},
        ),
    log:
        f"{LOGS}/draw/{{study}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw/{{study}}.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    shell:
        "python -m mlpstudy draw {wildcards.study:q} > {log:q} 2>&1"


for name in PROJECT.studies:

    rule:
        name:
            name
        input:
            everything_of(name),
