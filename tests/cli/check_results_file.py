"""Checks that a results file is what docs/results-format.md says, as h5py, xarray and ncdump see it.

Usage: check_results_file.py FILE

Prints one line and exits with 0 if all is well; else a sentence for each failure, and exits with 1.
"""

import hashlib
import subprocess
import sys

import h5py
import numpy as np
import xarray as xr

FORMAT = 1
PROVENANCE = ["failures", "generator", "overrides", "program", "scenario", "scenario_resolved"]
SLAB = 1 << 21  # values read at once

failures = []


def expect(condition, sentence):
    if not condition:
        failures.append(sentence)
    return condition


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def is_variable_utf8(dataset):
    info = h5py.check_string_dtype(dataset.dtype)
    return info is not None and info.length is None and info.encoding == "utf-8"


def is_scale(dataset):
    return h5py.h5ds.is_scale(dataset.id)


def folders_of(file):
    """The root and the groups of data, in the order of their creation, with the prefix of their names."""
    groups = [(name + "/", item) for name, item in file["/"].items() if isinstance(item, h5py.Group) and name != "provenance"]
    return [("", file["/"]), *groups]


def datasets_of(group):
    return {name: item for name, item in group.items() if isinstance(item, h5py.Dataset)}


def runs_of(dataset):
    """The values over (policy, replicate, ...) in C order, a bounded slab at a time."""
    step = max(1, SLAB // max(1, int(np.prod(dataset.shape[2:]))))
    for policy in range(dataset.shape[0]):
        for first in range(0, dataset.shape[1], step):
            yield policy, first, dataset[policy, first : first + step]


def content_digest(file):
    """The recipe of include/goodhart/io/results_writer.hpp."""
    digest = hashlib.sha256()

    def number(n):
        digest.update(int(n).to_bytes(8, "little"))

    def string(s):
        number(len(s.encode()))
        digest.update(s.encode())

    for prefix, group in folders_of(file):
        for name, dataset in datasets_of(group).items():
            string(prefix + name)
            number(dataset.ndim)
            for extent in dataset.shape:
                number(extent)
            if h5py.check_string_dtype(dataset.dtype):
                for value in dataset.asstr()[...]:
                    string(value)
            elif dataset.ndim < 2:
                digest.update(dataset[...].tobytes())
            else:
                for _, _, values in runs_of(dataset):
                    digest.update(values.tobytes())
    return digest.hexdigest()


def check_root(file):
    attributes = {key: text(value) for key, value in file.attrs.items()}
    expect(attributes.get("Conventions") == "CF-1.10", f"Conventions is {attributes.get('Conventions')!r}, not 'CF-1.10'.")
    for key in ("title", "source"):
        expect(attributes.get(key), f"The root has no attribute {key}.")
    expect(attributes.get("goodhart_format") == FORMAT, f"goodhart_format is {attributes.get('goodhart_format')}, not {FORMAT}.")
    digest = content_digest(file)
    expect(
        attributes.get("content_digest") == digest,
        f"content_digest is {attributes.get('content_digest')}, but the content has {digest}.",
    )
    for key in attributes:
        expect(not key.startswith("_NC"), f"Another program has written the root attribute {key}.")


def check_plain_object(path, item):
    """No times, and order kept."""
    if isinstance(item, h5py.Dataset):
        plist = item.id.get_create_plist()
        expect(not plist.get_obj_track_times(), f"{path} keeps times.")
    else:
        plist = item.id.get_create_plist()
        expect(plist.get_link_creation_order() & h5py.h5p.CRT_ORDER_TRACKED, f"{path} keeps no order of its links.")
    expect(plist.get_attr_creation_order() & h5py.h5p.CRT_ORDER_TRACKED, f"{path} keeps no order of its attributes.")


def check_described(path, dataset):
    long_name = text(dataset.attrs.get("long_name", ""))
    expect(long_name and not long_name.endswith("."), f"{path} has no long_name, or one that ends in a full stop.")
    if h5py.check_string_dtype(dataset.dtype):
        expect(is_variable_utf8(dataset), f"{path} holds strings that are not variable-length UTF-8.")
        return
    units = text(dataset.attrs.get("units", ""))
    expect(units == "1", f"{path} has the units {units!r}, which UDUNITS may not read, or xarray take for a time span.")


def check_axes(path, dataset, folder):
    """Each axis has one scale: the coordinate of its name in the same group."""
    names = []
    for axis in range(dataset.ndim):
        scales = dataset.dims[axis].values()
        if not expect(len(scales) == 1, f"{path} has {len(scales)} scales on axis {axis}, not one."):
            return None
        scale = scales[0]
        name = scale.name.rsplit("/", 1)[1]
        names.append(name)
        expect(scale.parent == folder, f"Axis {axis} of {path} has its scale in another group: {scale.name}.")
        expect(scale.shape == dataset.shape[axis : axis + 1], f"Axis {axis} of {path} does not fit its scale {name}.")
    return names


def check_flags(path, dataset):
    values = list(np.atleast_1d(dataset.attrs["flag_values"]))
    meanings = text(dataset.attrs.get("flag_meanings", "")).split(" ")
    expect(dataset.dtype == np.int8, f"{path} has flags but is {dataset.dtype}.")
    expect(dataset.attrs["flag_values"].dtype == dataset.dtype, f"The flag_values of {path} are of another type.")
    expect(values == list(range(len(meanings))), f"{path} has flag_values {values} for the meanings {meanings}.")
    expect("_FillValue" not in dataset.attrs, f"{path} has an integer _FillValue.")
    return set(values)


def check_variable(path, dataset, axes, status):
    expect(axes[:2] == ["policy", "replicate"], f"{path} is over {axes}, not policy and replicate first.")
    expect(text(dataset.attrs.get("coordinates", "")) == "seed status", f"{path} does not name seed and status as coordinates.")
    flags = check_flags(path, dataset) if "flag_values" in dataset.attrs else None
    if flags is None:
        fill = dataset.attrs.get("_FillValue")
        expect(dataset.dtype == np.float64, f"{path} is {dataset.dtype}, not float64 or flags.")
        expect(
            fill is not None and fill.dtype == dataset.dtype and np.all(np.isnan(fill)), f"{path} has no _FillValue NaN of its type."
        )
        expect(np.isnan(dataset.fillvalue), f"{path} is filled with {dataset.fillvalue}, not NaN.")
    if dataset.chunks:
        expect(dataset.chunks[0] == 1, f"{path} has several policies in one chunk: {dataset.chunks}.")
        size = int(np.prod(dataset.chunks)) * dataset.dtype.itemsize
        expect(size <= 1 << 20, f"{path} has chunks of {size} bytes.")
    for policy, first, values in runs_of(dataset):
        failed = status[policy, first : first + len(values)] != 0
        empty = np.isnan(values) if flags is None else values == -1
        expect(np.all(empty[failed]), f"{path} has values in a failed run of policy {policy}.")
        if flags is not None:
            expect(set(np.unique(values)) <= flags | {-1}, f"{path} has values that are none of its flags.")


def check_folder(prefix, folder):
    check_plain_object(prefix or "/", folder)
    datasets = datasets_of(folder)
    for name in ("policy", "replicate", "seed", "status"):
        if not expect(name in datasets, f"There is no {prefix}{name}."):
            return
    status = datasets["status"][...]
    for name, dataset in datasets.items():
        path = prefix + name
        check_plain_object(path, dataset)
        check_described(path, dataset)
        if is_scale(dataset):
            strings = bool(h5py.check_string_dtype(dataset.dtype))
            expect(dataset.ndim == 1 and dataset.size > 0, f"The coordinate {path} has the shape {dataset.shape}.")
            expect(strings or dataset.dtype == np.int64, f"The coordinate {path} is {dataset.dtype}, neither names nor int64.")
            values = dataset.asstr()[...] if strings else dataset[...]
            expect(len(set(values)) == len(values), f"The coordinate {path} has a value twice.")
            continue
        axes = check_axes(path, dataset, folder)
        if axes is None:
            continue
        if name in ("seed", "status"):
            expect(axes == ["policy", "replicate"], f"{path} is over {axes}, not policy and replicate.")
            expect(dataset.dtype == (np.uint64 if name == "seed" else np.int8), f"{path} is {dataset.dtype}.")
        else:
            check_variable(path, dataset, axes, status)
    meanings = text(datasets["status"].attrs.get("flag_meanings", ""))
    expect(meanings == "ok failed", f"{prefix}status has the flag_meanings {meanings!r}.")
    check_flags(prefix + "status", datasets["status"])
    expect(set(np.unique(status)) <= {0, 1}, f"{prefix}status has other values than 0 and 1.")


def check_provenance(file):
    if not expect("provenance" in file, "There is no group provenance."):
        return
    group = file["provenance"]
    check_plain_object("provenance", group)
    expect(sorted(group) == PROVENANCE, f"The provenance holds {sorted(group)}, not {PROVENANCE}.")
    for name, item in group.items():
        expect(
            isinstance(item, h5py.Dataset) and item.shape == () and is_variable_utf8(item),
            f"provenance/{name} is not one variable-length UTF-8 string.",
        )
        check_plain_object(f"provenance/{name}", item)


def check_xarray(path, prefix, folder, engine):
    group = prefix.rstrip("/") or None
    where = f"xarray ({engine}), {prefix or '/'}"
    try:
        data = xr.open_dataset(path, engine=engine, group=group)
    except Exception as error:  # whatever a reader may stumble over is a failure of the file
        expect(False, f"{where} does not open it: {type(error).__name__}: {error}")
        return
    with data:
        datasets = datasets_of(folder)
        coordinates = {name for name, item in datasets.items() if is_scale(item)} | {"seed", "status"}
        expect(set(data.coords) == coordinates, f"{where} has the coordinates {sorted(data.coords)}, not {sorted(coordinates)}.")
        expect(set(data.data_vars) == set(datasets) - coordinates, f"{where} has the variables {sorted(data.data_vars)}.")
        expect(not [d for d in data.dims if d.startswith("phony")], f"{where} has dimensions without a name.")
        for name, variable in data.variables.items():
            item = datasets[name]
            axes = (name,) if is_scale(item) else tuple(dim[0].name.rsplit("/", 1)[1] for dim in item.dims)
            expect(variable.dims == axes, f"{where}: {name} is over {variable.dims}, not {axes}.")
            if h5py.check_string_dtype(item.dtype):
                expect(list(variable.values) == list(item.asstr()[...]), f"{where}: {name} has other names than h5py.")
                continue
            expect(variable.dtype == item.dtype, f"{where}: {name} is {variable.dtype}, not {item.dtype}.")
            if item.size <= SLAB:
                same = np.array_equal(variable.values, item[...], equal_nan=item.dtype == np.float64)
                expect(same, f"{where}: {name} has other values than h5py.")


def check_ncdump(path, file):
    done = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True)
    if not expect(done.returncode == 0, f"ncdump -h fails: {done.stderr.strip()}"):
        return
    expect("phony" not in done.stdout, "ncdump -h shows dimensions without a name.")
    for prefix, folder in folders_of(file):
        for name, item in datasets_of(folder).items():
            axes = [name] if is_scale(item) else [dim[0].name.rsplit("/", 1)[1] for dim in item.dims]
            expect(f" {name}({', '.join(axes)}) ;" in done.stdout, f"ncdump -h does not show {prefix}{name} over {axes}.")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    path = sys.argv[1]
    with h5py.File(path, "r") as file:
        check_root(file)
        for prefix, folder in folders_of(file):
            check_folder(prefix, folder)
        check_provenance(file)
        if not failures:  # what other readers show is of interest only once the file itself is right
            check_ncdump(path, file)
            for prefix, folder in folders_of(file):
                for engine in ("netcdf4", "h5netcdf"):
                    check_xarray(path, prefix, folder, engine)
        count = sum(len(datasets_of(folder)) for _, folder in folders_of(file))
    if failures:
        print("\n".join(failures))
        sys.exit(1)
    print(f"{path}: {count} datasets as promised")


if __name__ == "__main__":
    main()
