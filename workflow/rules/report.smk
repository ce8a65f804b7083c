# The page and the README, from what all studies found.
rule report:
    input:
        "config/lecture.yaml",
        [results_of(study) for study in PROJECT.studies],
        made_by=STAMPS.report,
    output:
        report(
            f"{REPORT}/index.html",
            caption="../report/page.rst",
            category="The report",
            labels={"figure": "the page"},
        ),
        f"{REPORT}/README.md",
        f"{REPORT}/timings.json",
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
    shell:
        "python -m mlpstudy report 2>&1 | tee {log:q}"
