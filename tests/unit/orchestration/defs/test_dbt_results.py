"""What dbt says of its nodes becomes gate records; a run that breaks off passes no gate."""

from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.defs.dbt_results import DbtRun, NodeResult, gate_records, results_of
from orchestration.publication.gates import GateRecord


def run_of(*results, failure=None):
    return DbtRun(results=[NodeResult(*result) for result in results], failure=failure)


def record(check, *, passed, detail):
    return GateRecord("dbt/dbt_marts", check, passed, "error", detail)


def test_gate_records_hold_one_count_when_every_test_passed():
    run = run_of(
        ("model.enishi.customer_360", "success", None),
        ("test.enishi.unique_customer_360_person_id.ab12", "pass", 0),
        ("test.enishi.sales_reconcile", "warn", 2),
    )
    assert gate_records("dbt/dbt_marts", run) == [
        record("dbt_tests", passed=True, detail="2 of 2 tests passed, 0 models failed")
    ]


def test_gate_records_name_each_failed_test_with_its_rows():
    run = run_of(
        ("test.enishi.unique_customer_360_person_id.ab12", "fail", 3),
        ("test.enishi.not_null_customer_360_person_id.cd34", "pass", 0),
        ("test.enishi.sales_reconcile", "error", None),
        failure=DagsterDbtCliRuntimeError("ended with 1"),
    )
    assert gate_records("dbt/dbt_marts", run) == [
        record("dbt_tests", passed=False, detail="1 of 3 tests passed, 0 models failed"),
        record("unique_customer_360_person_id", passed=False, detail="3 violating rows"),
        record("sales_reconcile", passed=False, detail="1 violating rows"),
    ]


def test_gate_records_block_when_a_model_failed_and_no_test_did():
    run = run_of(("model.enishi.customer_360", "error", None))
    (counted,) = gate_records("dbt/dbt_marts", run)
    assert counted.blocks
    assert counted.detail == "0 of 0 tests passed, 1 models failed"


def test_gate_records_block_when_dbt_ended_with_nothing_failed():
    run = run_of(
        ("test.enishi.sales_reconcile", "pass", 0),
        failure=DagsterDbtCliRuntimeError("killed"),
    )
    (counted,) = gate_records("dbt/dbt_marts", run)
    assert counted.blocks
    assert counted.detail == (
        "dbt ended before it was through: 1 of 1 tests passed, 0 models failed"
    )


def test_gate_records_hold_one_passed_count_when_dbt_had_nothing_to_test():
    assert gate_records("dbt/dbt_marts", run_of()) == [
        record("dbt_tests", passed=True, detail="0 of 0 tests passed, 0 models failed")
    ]


def event(name, **told):
    return {"info": {"name": name}, "data": told}


def test_results_of_reads_what_a_test_ended_with():
    node = {"unique_id": "test.enishi.sales_reconcile", "node_status": "fail"}
    told = event("LogTestResult", node_info=node, num_failures=2)
    assert list(results_of(told)) == [NodeResult("test.enishi.sales_reconcile", "fail", 2)]


def test_results_of_reads_nothing_when_a_node_only_begins():
    node = {"unique_id": "model.enishi.customer_360", "node_status": "started"}
    assert list(results_of(event("LogStartLine", node_info=node))) == []


def test_results_of_reads_nothing_when_a_line_is_of_no_node():
    assert list(results_of(event("MainReportVersion", version="=1.11"))) == []
