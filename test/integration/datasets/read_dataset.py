"""Reads a data set with a library that is not ours, and prints what it found as JSON.

python read_dataset.py supervision-yolo FOLDER PART | supervision-coco FILE PICTURES | pycocotools FILE | trainer FOLDER
"""

import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")  # supervision tells of a faster package


def rows(detections, masks):
    found = []
    for index in range(len(detections)):
        row = {"class": int(detections.class_id[index]), "box": [float(value) for value in detections.xyxy[index]]}
        if masks and detections.mask is not None:
            row["pixels"] = int(detections.mask[index].sum())
        found.append(row)
    return found


def contents(dataset, masks):
    pictures = {}
    for path, _, detections in dataset:
        pictures[os.path.basename(path)] = rows(detections, masks)
    return {"classes": dataset.classes, "pictures": pictures}


def supervision_yolo(folder, part):
    import supervision

    dataset = supervision.DetectionDataset.from_yolo(
        images_directory_path=os.path.join(folder, part, "images"),
        annotations_directory_path=os.path.join(folder, part, "labels"),
        data_yaml_path=os.path.join(folder, "dataset.yaml"),
    )
    return contents(dataset, True)


def supervision_coco(file, pictures):
    import supervision

    dataset = supervision.DetectionDataset.from_coco(images_directory_path=pictures, annotations_path=file)
    return contents(dataset, False)


def pycocotools(file):
    from pycocotools.coco import COCO

    sys.stdout = sys.stderr  # it talks
    coco = COCO(file)
    sys.stdout = sys.__stdout__
    pictures = {}
    for image in coco.loadImgs(coco.getImgIds()):
        found = []
        for annotation in coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]])):
            row = {
                "class": coco.loadCats([annotation["category_id"]])[0]["name"],
                "box": annotation["bbox"],
                "area": annotation["area"],
                "keypoints": annotation.get("keypoints"),
            }
            if annotation["segmentation"]:
                row["pixels"] = int(coco.annToMask(annotation).sum())
            found.append(row)
        pictures[image["file_name"]] = {"size": [image["width"], image["height"]], "objects": found}
    categories = coco.loadCats(coco.getCatIds())
    return {"categories": [{key: category.get(key) for key in ("name", "keypoints", "skeleton")} for category in categories], "pictures": pictures}


def trainer(folder):
    """What a YOLO trainer checks before it begins: its rules, without its 2 GB of dependencies."""
    import numpy
    import yaml

    with open(os.path.join(folder, "dataset.yaml"), encoding="utf-8") as stream:
        data = yaml.safe_load(stream)
    assert "path" not in data, "a path would be looked up below the trainer's own folder of data sets"
    assert data["nc"] == len(data["names"]) and all(isinstance(name, str) for name in data["names"])
    shape = data.get("kpt_shape")
    pictures = {}
    for part in ("train", "val", "test"):
        if part not in data:
            assert part == "test", f"{part} is required"
            continue
        images = os.path.join(folder, data[part])
        assert os.path.isdir(images), images
        for name in sorted(os.listdir(images)):
            head, _, tail = os.path.join(images, name).rpartition(f"{os.sep}images{os.sep}")
            label = os.path.join(head, "labels", os.path.splitext(tail)[0] + ".txt")
            pictures[f"{part}/{name}"] = check_label(label, shape, data["nc"], numpy) if os.path.isfile(label) else None
    return {"names": data["names"], "task": data["task"], "kpt_shape": shape, "pictures": pictures}


def check_label(label, shape, classes, numpy):
    with open(label, encoding="utf-8") as stream:
        lines = [line.split() for line in stream.read().strip().splitlines() if line]
    if not lines:
        return 0
    if any(len(line) > 6 for line in lines) and not shape:
        for line in lines:
            assert len(line) >= 7 and len(line) % 2 == 1, f"{label}: a segment has pairs"
            points = numpy.array(line[1:], dtype=numpy.float32)
            assert points.min() >= 0 and points.max() <= 1, f"{label}: not normalised"
        ids = [float(line[0]) for line in lines]
    else:
        table = numpy.array(lines, dtype=numpy.float32)
        width = 5 + (shape[0] * shape[1] if shape else 0)
        assert table.shape[1] == width, f"{label}: {table.shape[1]} columns, not {width}"
        points = table[:, 5:].reshape(-1, shape[1])[:, :2] if shape else table[:, 1:]
        assert table.min() >= 0 and points.max() <= 1 and table[:, 1:5].max() <= 1, f"{label}: not normalised"
        ids = table[:, 0]
    assert max(ids) < classes, f"{label}: class out of range"
    return len(lines)


READERS = {"supervision-yolo": supervision_yolo, "supervision-coco": supervision_coco, "pycocotools": pycocotools, "trainer": trainer}
json.dump(READERS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
