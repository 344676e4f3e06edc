"""Rows of the tables that compare models, and trainings without a part of the data."""

from collections.abc import Mapping, Sequence
from typing import Any

from train.evaluate.protocol import CALIBRATED, TARGET_FALSE_REJECT_RATE


def evaluation_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """A row for each set or measure and a column for each model, from evaluation.json."""
    models = list(figures["models"].values())
    rows = [["", *figures["models"]]]
    for key in ("bytes", "parameters"):
        rows.append([key, *(f"{model[key]:,}" for model in models)])
    for name in (*figures["sets"], *figures["corruptions"]):
        scores = [model["sets"][name] for model in models]
        rows.append([f"{name} ({scores[0]['n']:,})", *map(_accuracy, scores)])
    for title in models[0].get("mean_accuracy", ()):
        means = [f"{model['mean_accuracy'][title]:.2f} %" for model in models]
        rows.append([f"mean of {title}", *means])
    for name in CALIBRATED:
        if name in figures["sets"]:
            scores = [model["sets"][name] for model in models]
            errors = [f"{100 * score['expected_calibration_error']:.2f} %" for score in scores]
            rows.append([f"expected calibration error, {name}", *errors])
            likelihoods = [f"{score['negative_log_likelihood']:.4f}" for score in scores]
            rows.append([f"negative log-likelihood, {name}", *likelihoods])
    return rows + _rejection_rows(models)


def _rejection_rows(models: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    rejections = [model["not_a_digit"] for model in models if "not_a_digit" in model]
    if not rejections:
        return []
    rows = []
    rate = f"{100 * TARGET_FALSE_REJECT_RATE:g} %"
    for name, first in rejections[0]["sets"].items():
        sets = [rejection["sets"][name] for rejection in rejections]
        aurocs = [f"{figures['auroc']:.4f}" for figures in sets]
        rows.append([f"AUROC, {name} ({first['n']:,})", *aurocs])
        shares = [f"{figures['refused']:.1f} %" for figures in sets]
        rows.append([f"rejected when {rate} of digits are, {name}", *shares])
    rows.append(["mean AUROC", *(f"{rejection['mean_auroc']:.4f}" for rejection in rejections)])
    refused = [rejection["digits_refused_at_own_threshold"] for rejection in rejections]
    rows.append(["digits rejected at the model's threshold", *map(_percent, refused)])
    for name in rejections[0]["sets"]:
        refused = [rejection["sets"][name]["refused_at_own_threshold"] for rejection in rejections]
        rows.append([f"rejected at the model's threshold, {name}", *map(_percent, refused)])
    return rows


def ablation_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """A row for each variant and a column for each figure, from models/ablation.json."""
    names = [name for name in next(iter(figures.values())) if name != "changes"]
    forms = ["{:.4f}" if "AUROC" in name else "{:.2f} %" for name in names]
    return [["trained on", *names]] + [
        [variant, *(form.format(values[name]) for form, name in zip(forms, names, strict=True))]
        for variant, values in figures.items()
    ]


def _accuracy(figures: Mapping[str, Any]) -> str:
    errors = f"({figures['errors']:,})"
    return f"{figures['accuracy']:.2f} % {errors:>7}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1f} %"
