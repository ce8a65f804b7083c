"""An executor for `apart.py`: each job in an empty folder of its own, as in a pod.

Nothing of the working folder is to be seen there: sources come from the storage, inputs too.
"""

import subprocess
import tempfile
from collections.abc import AsyncGenerator

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.settings import CommonSettings

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=True,
    job_deploy_sources=True,
    pass_default_storage_provider_args=True,
    pass_default_resources_args=True,
    pass_envvar_declarations_to_cmd=True,
    auto_deploy_default_storage_provider=False,
)


class Executor(RemoteExecutor):
    def run_job(self, job) -> None:
        folder = tempfile.mkdtemp(prefix="apart-")
        log = open(f"{folder}.log", "wb")  # noqa: SIM115 - the process has it
        process = subprocess.Popen(
            ["bash", "-c", self.format_job_exec(job)], cwd=folder, stdout=log, stderr=log
        )
        info = SubmittedJobInfo(job, external_jobid=folder, aux={"process": process})
        self.report_job_submission(info)

    async def check_active_jobs(
        self, active_jobs: list[SubmittedJobInfo]
    ) -> AsyncGenerator[SubmittedJobInfo, None]:
        for info in active_jobs:
            code = info.aux["process"].poll()
            if code is None:
                yield info
            elif code:
                said = open(f"{info.external_jobid}.log").read()  # noqa: SIM115
                self.report_job_error(info, msg=said[-3000:])
            else:
                self.report_job_success(info)

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        for info in active_jobs:
            info.aux["process"].kill()
