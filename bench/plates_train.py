"""`python -m bench.plates_train FOLDER [--minutes M] [--threads N] [--workers N]`: our own weights.

Needs torch and onnx beside the project's own packages (a processor-only torch will do; the product needs neither): an
environment of its own with torch, onnx, onnxruntime, opencv-python-headless and pillow. Generated plates alone are
learnt from, no photograph. The network is `recognition/reading/own/luzhang_plates.py`; samples are in
`bench/plates_train_samples.py` and `demo/plates`, from a seed and the fonts of the set-up.

Learns until the minutes are over, keeps `state.pt` in FOLDER and goes on from there when called again, and writes
`luzhang_plates.onnx` (for the house), `luzhang_plates.pth` (for EasyOCR) and `report.json` (plates read exactly by the
likeliest path alone, no grammar, on rows that it never saw). `--export`: only write them from `state.pt`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.plates_train_samples import NOBODY_ASKS, Sample, samples
from demo.plates.texts import STYLES
from recognition.reading.recognise import CHARACTERS, greedy

OWN = Path(__file__).resolve().parents[1] / "recognition" / "reading" / "own"
NAME = "luzhang_plates"
SEED, HELD_OUT_SEED = 20261122, 77
SHAPE = {"input_channel": 1, "output_channel": 96, "hidden_size": 160}
BATCH, RATE, WARM_STEPS, DECAY = 48, 3e-3, 60, 0.01
# Weights are averaged over about so many steps; the average is what is written.
AVERAGED_STEPS = 150
# A step that shows a character is rarer than one that shows none, and matters more.
BLANK_WEIGHT = 0.6
OF_EACH_STYLE = 12


def main() -> None:
    """Learn, or only write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0: in between, and repeatable")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--export", action="store_true")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    import torch

    torch.set_num_threads(wanted.threads)
    torch.manual_seed(SEED)
    learner = Learner(wanted.folder / "state.pt", wanted.device, wanted.rate)
    if not wanted.export:
        learn(learner, wanted.minutes * 60, wanted.workers)
    write(learner, wanted.folder)


class Learner:
    """The network, its running average and what the optimiser remembers; kept in one file."""

    def __init__(self, file: Path, device: str, rate: float) -> None:
        import torch

        self.file, self.device, self.rate = file, device, rate
        self.net = make_network().to(device)
        self.mean = make_network().to(device)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), rate, weight_decay=DECAY)
        self.steps, self.spent_s = 0, 0.0
        if file.is_file():
            state = torch.load(file, map_location=device, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.mean.load_state_dict(state["mean"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.steps, self.spent_s = state["steps"], state["spent_s"]
        else:
            self.mean.load_state_dict(self.net.state_dict())
        weights = torch.ones(len(CHARACTERS), device=device)
        weights[0] = BLANK_WEIGHT
        self.loss = torch.nn.CrossEntropyLoss(weights, ignore_index=NOBODY_ASKS)

    def step(self, rows: Any, answers: Any) -> float:
        """One batch; the loss."""
        import torch

        self.steps += 1
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * min(1.0, self.steps / WARM_STEPS)
        self.net.train()
        scores = self.net(rows.to(self.device))
        loss = self.loss(scores.flatten(0, 1), answers.to(self.device).flatten())
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        share = max(1 / AVERAGED_STEPS, 1 / (1 + self.steps / 4))
        with torch.no_grad():
            for kept, now in zip(self.mean.state_dict().values(), self.net.state_dict().values(), strict=True):
                if kept.is_floating_point():
                    kept.lerp_(now, share)
        return float(loss.detach())

    def save(self) -> None:
        """Replace the file as a whole."""
        import torch

        state = {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
            "spent_s": self.spent_s,
        }
        part = self.file.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.file)


def make_network() -> Any:
    """The network as EasyOCR will make it."""
    if str(OWN) not in sys.path:
        sys.path.append(str(OWN))
    import luzhang_plates  # type: ignore[import-not-found]

    return luzhang_plates.Model(num_class=len(CHARACTERS), **SHAPE)


def learn(learner: Learner, seconds: float, workers: int) -> None:
    """Until the time is up; says how it goes every 50 steps, and keeps what it has every 100."""
    began, cpu = time.monotonic(), time.process_time()
    losses: list[float] = []
    for rows, answers in _batches(learner.steps, workers):
        losses.append(learner.step(rows, answers))
        late = time.monotonic() - began > seconds
        if learner.steps % 50 == 0 or late:
            spent = time.process_time() - cpu
            mean = sum(losses[-50:]) / len(losses[-50:])
            print(
                f"{learner.steps} steps, {time.monotonic() - began:.0f} s, {spent:.0f} s of processor, loss {mean:.3f}"
            )
            sys.stdout.flush()
        if learner.steps % 100 == 0 or late:
            learner.spent_s += time.process_time() - cpu
            cpu = time.process_time()
            learner.save()
        if late:
            return


def _batches(done: int, workers: int) -> Any:
    """Batches without end; a run that goes on draws other plates than those before."""
    import torch
    from torch.utils.data import DataLoader, IterableDataset, get_worker_info

    class Drawn(IterableDataset[Any]):
        def __iter__(self) -> Any:
            info = get_worker_info()
            seed = SEED + 1000 * done + (info.id if info else 0)
            for one in samples(seed):
                yield one.row, torch.from_numpy(one.steps)

    return DataLoader(Drawn(), batch_size=BATCH, num_workers=workers)


def write(learner: Learner, folder: Path) -> None:
    """Both files, and how they read."""
    import torch

    net = learner.mean.cpu().eval()
    torch.save({f"module.{name}": value for name, value in net.state_dict().items()}, folder / f"{NAME}.pth")
    (folder / f"{NAME}.onnx").write_bytes(as_onnx(net))
    figures = judge(folder / f"{NAME}.onnx")
    figures |= {"steps": learner.steps, "rows_seen": learner.steps * BATCH, "processor_s": round(learner.spent_s)}
    (folder / "report.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    print(json.dumps(figures, ensure_ascii=False))


def as_onnx(net: Any) -> bytes:
    """The network as a file, normalisation folded into the convolutions, probabilities at its end."""
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes, values = [], []

    def convolve(name: str, inputs: str, convolution: Any, norm: Any, output: str) -> None:
        weight, bias = convolution.weight.detach(), convolution.bias
        if norm is not None:
            scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
            weight, bias = weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
        for part, value in (("weight", weight), ("bias", bias)):
            array = np.ascontiguousarray(value.detach().numpy().astype(np.float32))
            values.append(numpy_helper.from_array(array, f"{name}.{part}"))
        pads = [*convolution.padding, *convolution.padding]
        out = output if norm is None else f"{output}.before"
        sources = [inputs, f"{name}.weight", f"{name}.bias"]
        nodes.append(helper.make_node("Conv", sources, [out], strides=list(convolution.stride), pads=pads))
        if norm is not None:
            nodes.append(helper.make_node("Relu", [out], [output]))

    at = "rows"
    for number, layer in enumerate(net.features):
        convolve(f"features.{number}", at, layer[0], layer[1], f"seen{number}")
        at = f"seen{number}"
    convolve("beside", at, net.beside[0], net.beside[1], "beside")
    nodes.append(helper.make_node("Add", [at, "beside"], ["both"]))
    convolve("classes", "both", net.classes, None, "scores")
    values.append(numpy_helper.from_array(np.array([2], np.int64), "height"))
    nodes.append(helper.make_node("Squeeze", ["scores", "height"], ["flat"]))
    nodes.append(helper.make_node("Transpose", ["flat"], ["steps"], perm=[0, 2, 1]))
    nodes.append(helper.make_node("Softmax", ["steps"], ["probabilities"], axis=2))
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["batch", 1, 32, "width"])
    answers = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", "time", len(CHARACTERS)])
    graph = helper.make_graph(nodes, NAME, [rows], [answers], values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {"characters": "\n".join(CHARACTERS[1:])})
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def judge(file: Path) -> dict[str, Any]:
    """Shares of rows and of characters read exactly by the likeliest path, by style."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    exact: dict[str, float] = {}
    for number, style in enumerate(STYLES):
        shown: list[Sample] = list(islice(samples(HELD_OUT_SEED + number, style), OF_EACH_STYLE))
        tables = session.run(None, {"rows": np.stack([one.row for one in shown])})[0]
        read = [greedy(table, CHARACTERS)[0] for table in tables]
        exact[style.name] = sum(text == one.text for text, one in zip(read, shown, strict=True)) / len(shown)
    return {"exact": exact, "mean": sum(exact.values()) / len(exact)}


if __name__ == "__main__":
    main()
