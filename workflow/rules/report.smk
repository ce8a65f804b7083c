# The page and the README, from what all studies found.
rule report:
    input:
        "config/lecture.yaml",
        [
            f"{RESULTS}/studies/{study}/{name}"
            for study in PROJECT.studies
            for name in ("findings.json", "figures.json")
        ],
    output:
        report(
            f"{REPORT}/index.html",
            caption="../report/page.rst",
            category="The report",
            labels={"figure": "the page"},
        ),
        f"{REPORT}/README.md",
        f"{RESULTS}/findings.json",
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        "../envs/mlpstudy.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        digest=digest("report"),
        language=PROJECT.settings.language,
    shell:
        "python -m mlpstudy report 2>&1 | tee {log:q}"
