"""The network of our own weights, in the form that EasyOCR wants of a recognition network somebody brings along.

EasyOCR imports this file by its name from a folder (`user_network_directory`), beside `luzhang_plates.yaml` and the
weights; training (`bench/plates_train.py`) imports it too, so that both mean the same network. Needs torch, which the
product does not: the house itself reads the same weights as ONNX (`recognition.reading.recognise.OwnNetwork`).

Grey rows of 32 pixels' height, a time step for every four pixels of width. Convolutions alone: a character of a plate
is told by what is seen there and beside it, and no sequence layer has to be learnt or run.
"""

from __future__ import annotations

from typing import Any

from torch import nn


class Model(nn.Module):  # type: ignore[misc]
    """Rows (batch × `input_channel` × 32 × width) to scores (batch × width / 4 × `num_class`), class 0 the blank."""

    def __init__(self, input_channel: int, output_channel: int, hidden_size: int, num_class: int) -> None:
        super().__init__()
        wide, half, narrow = output_channel, output_channel // 2, output_channel // 4
        self.features = nn.Sequential(
            _layer(input_channel, narrow, 5, 2, 2),
            _layer(narrow, half, 3, 2, 1),
            _layer(half, wide, 3, (2, 1), 1),
            _layer(wide, wide, 3, (2, 1), 1),
            _layer(wide, hidden_size, (2, 3), 1, (0, 1)),
        )
        self.beside = _layer(hidden_size, hidden_size, (1, 5), 1, (0, 2))
        self.classes = nn.Conv2d(hidden_size, num_class, 1)

    def forward(self, rows: Any, text: Any = None) -> Any:
        """Scores before the softmax. `text` is part of EasyOCR's interface and means nothing here."""
        seen = self.features(rows)
        return self.classes(seen + self.beside(seen)).squeeze(2).permute(0, 2, 1)


def _layer(inputs: int, outputs: int, kernel: Any, stride: Any, padding: Any) -> Any:
    """Convolution, normalisation over the batch, rectification."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())
