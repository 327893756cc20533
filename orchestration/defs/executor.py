"""Where the steps of a run go, as ENISHI_EXECUTOR says."""

import dagster as dg


class ExecutorMissingError(ImportError):
    """The package of the wanted executor is not installed."""


def step_executor(name: str) -> dg.ExecutorDefinition:
    """The executor of all jobs.

    Raises:
        ExecutorMissingError: its package is not installed.
    """
    if name == "k8s_job":
        try:
            from dagster_k8s import k8s_job_executor  # noqa: PLC0415  an extra
        except ModuleNotFoundError as error:
            raise ExecutorMissingError(
                "ENISHI_EXECUTOR is k8s_job and dagster-k8s is not installed:"
                " pip install 'enishi[deploy]', or set ENISHI_EXECUTOR=in_process."
            ) from error
        executor: dg.ExecutorDefinition = k8s_job_executor
        return executor
    return dg.multiprocess_executor if name == "multiprocess" else dg.in_process_executor
