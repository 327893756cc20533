"""The published figures, and the goals that merge mode reaches on them."""

import pyarrow as pa
import pytest

from tests.benchmarks.linkage.datasets import DATASETS
from tests.benchmarks.linkage.fake_people import FAKE_1000
from tests.benchmarks.linkage.one import link
from tests.benchmarks.linkage.quality import pairwise_quality

pytest.importorskip("splink", reason="linkage is an extra: pip install 'enishi[linkage]'")
SMALL_FIRST = [pytest.param(dataset, id=dataset.name) for dataset in DATASETS]


def clusters(**cluster_of):
    return pa.table({"record_id": list(cluster_of), "cluster": list(cluster_of.values())})


def truth(**person_of):
    return pa.table({"record_id": list(person_of), "truth": list(person_of.values())})


def test_pairwise_quality_counts_pairs_that_share_a_cluster():
    # Found: ab, cd. Real: ab, ac, bc. Both: ab.
    quality = pairwise_quality(
        clusters(a="1", b="1", c="2", d="2"), truth(a="x", b="x", c="x", d="y")
    )
    assert (quality.precision, quality.recall) == (1 / 2, 1 / 3)
    assert quality.f1 == pytest.approx(0.4)


def test_pairwise_quality_is_whole_when_there_is_nothing_to_find():
    quality = pairwise_quality(clusters(a="1", b="2"), truth(a="x", b="y"))
    assert (quality.precision, quality.recall) == (1.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", SMALL_FIRST)
def test_merge_mode_reaches_the_goal(dataset):
    if not dataset.is_here:
        pytest.skip(f"the files of {dataset.name} are not beside the repository")
    quality = link(dataset.name, "enishi")
    assert quality.f1 >= dataset.goal_f1
    assert quality.precision >= dataset.goal_precision


@pytest.mark.slow
@pytest.mark.skipif(not FAKE_1000.is_here, reason="fake_1000 is not beside the repository")
def test_splink_alone_comes_near_its_published_figure():
    # Published beside the data: 0.921 at the threshold 0.5.
    assert link("fake_1000", "splink").f1 == pytest.approx(0.921, abs=0.01)
