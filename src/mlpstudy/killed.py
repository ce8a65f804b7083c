"""What a job says when SIGKILL has ended it, which it cannot say itself: Linux does so to what takes
more memory than there is.

    trap '[ $? -ne 137 ] || python -m mlpstudy.killed >&2' EXIT
"""

LINE = (
    "mlpstudy: killed (SIGKILL), mostly for want of memory: give it more with"
    " --set-resources RULE:mem_mb=8000 on a cluster, or take fewer --cores here"
)

if __name__ == "__main__":
    print(LINE)
