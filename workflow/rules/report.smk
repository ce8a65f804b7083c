# The page and the README, from what all studies found. That a step has cost another time than before
# is no reason to make them again.
rule report:
    input:
        plan=planned(PLAN.report_file),
        lecture=planned(PROJECT.lecture),
        studies=[results_of(study) for study in PLAN.studies],
        usage=[ancient(usage_of(study)) for study in PLAN.studies],
        made_by=made_by("report"),
    output:
        report(
            f"{REPORT}/index.html",
            caption="../report/page.rst",
            category="The report",
            labels={"figure": "the page"},
        ),
        f"{REPORT}/README.md",
        f"{REPORT}/answers.json",
        f"{REPORT}/explore.html",
        f"{REPORT}/vega.js",
        [
            f"{REPORT}/chapters/{study}.{kind}"
            for study in PLAN.studies
            for kind in ("html", "md")
        ],
        directory(f"{REPORT}/claims"),
        directory(f"{REPORT}/figures"),
        f"{REPORT}/SHA256SUMS",
        f"{REPORT}/timings.json",
        f"{REPORT}/timings.json.sha256",
        f"{RESULTS}/findings.csv",
        f"{RESULTS}/findings.json.sha256",
        findings=f"{RESULTS}/findings.json",
    log:
        f"{LOGS}/report.log",
    threads: 4
    resources:
        mem_mb=memory(3000),
        runtime=10,
    params:
        studies=lambda wildcards, input: folders(input.studies),
        usage=lambda wildcards, input: os.path.commonpath(input.usage),
        to=folder,
        language=SETTINGS.language,
    shell:
        "python -m mlpstudy.rules report {input.plan:q} {params.studies:q}"
        " --lecture {input.lecture:q} --usage {params.usage:q} --to {params.to:q}"
        " --findings {output.findings:q} --language {params.language}"
        " --threads {threads} 2>&1 | tee {log:q}"
