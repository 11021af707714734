"""Weights on disk: bf16 safetensors shards of at most 15 MiB with the published tensor names."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

SHARD_BYTES = 15 * 2**20 - 65536


def save_weights(model, folder: Path) -> None:
    """Writes model-0000k-of-0000n.safetensors and the index into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shards, size = [{}], 0
    for name, p in model.state_dict().items():
        tensor = p.detach().to("cpu", torch.bfloat16).contiguous()
        if size + tensor.nbytes > SHARD_BYTES:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += tensor.nbytes
    weight_map = {}
    for i, shard in enumerate(shards):
        file = f"model-{i + 1:05d}-of-{len(shards):05d}.safetensors"
        # Renamed when whole: somebody may copy the folder while a training saves.
        save_file(shard, folder / (file + ".new"), metadata={"format": "pt"})
        (folder / (file + ".new")).replace(folder / file)
        weight_map.update({name: file for name in shard})
    total = sum(t.nbytes for shard in shards for t in shard.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def load_weights(model, folder: Path) -> None:
    """Loads what save_weights wrote; every tensor must be there."""
    state: dict[str, torch.Tensor] = {}
    for file in sorted(folder.glob("model-*.safetensors")):
        state.update(load_file(file))
    model.load_state_dict({name: t.float() for name, t in state.items()})
