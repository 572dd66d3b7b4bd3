"""ONNX networks on the processor: one thread each, none that spins while it waits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.reading.weights import Weight

Floats = NDArray[np.float32]


class Network:
    """One ONNX file, loaded and ready. The runtime is imported here and nowhere else: most processes never need it."""

    def __init__(self, weight: Weight) -> None:
        """Raises WeightsMissing (absent, or not what the manifest says) and ImportError (no runtime)."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Pictures are read side by side, one a thread; threads inside a network would only wait for one another, and
        # burn processor time while they do.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Pictures differ in size: plans of memory for each size seen would be kept for ever.
        options.enable_mem_pattern = False
        self._session = onnxruntime.InferenceSession(weight.data(), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Floats) -> list[Floats]:
        """All outputs for one input."""
        outputs: list[Floats] = self._session.run(None, {self._input: batch})
        return outputs

    def property(self, name: str) -> str:
        """A property written into the file."""
        table: dict[str, Any] = self._session.get_modelmeta().custom_metadata_map
        return str(table[name])
