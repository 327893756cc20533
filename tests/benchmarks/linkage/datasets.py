"""The published data sets of the benchmark."""

from tests.benchmarks.linkage.dataset import Dataset
from tests.benchmarks.linkage.fake_people import FAKE_1000
from tests.benchmarks.linkage.febrl import FEBRL_3, FEBRL_4
from tests.benchmarks.linkage.historical import HISTORICAL_50K

DATASETS: tuple[Dataset, ...] = (FEBRL_3, FEBRL_4, FAKE_1000, HISTORICAL_50K)
