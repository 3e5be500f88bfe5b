using System.Numerics;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Progress;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;

namespace Sparseland.Space.Views;

/// <summary>Reads a dataset's folder; every fault names the file and the frame.</summary>
internal sealed class ViewDatasetReader(string folder, ViewDatasetOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellation)
{
    private static readonly string[] s_extensions = ["", ".png", ".jpg", ".jpeg"];
    private Box3 _bounds = Box3.Empty;
    private readonly Dictionary<string, string> _origin = [];

    public ViewDataset Read()
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (options.HoldOutEvery is < 0 or 1)
            throw new InvalidSettingException($"holding out the first of every {options.HoldOutEvery} views; it must be 2 or more, or 0 for none");
        var train = ReadSplit(ViewSplit.Train, required: true);
        var set = new ViewDataset(train, ReadSplit(ViewSplit.Validation, required: false), ReadSplit(ViewSplit.Test, required: false)) { Bounds = _bounds, Origin = _origin };
        return set.Test.Count == 0 && options.HoldOutEvery > 0 ? set.HoldOut(options.HoldOutEvery) : set;
    }

    private List<PosedView> ReadSplit(ViewSplit split, bool required)
    {
        var path = Path.Combine(folder, TransformsFile.NameOf(split));
        if (!File.Exists(path))
        {
            if (required && File.Exists(Path.Combine(folder, "transforms.json")))
                path = Path.Combine(folder, "transforms.json");
            else if (required)
                throw new InvalidFileException(path, "", "there is no such file", "a dataset's folder holds transforms_train.json or transforms.json");
            else
                return [];
        }
        using var document = JsonFile.Read(path, 256 << 20);
        var root = new JsonPlace(path, "", document.RootElement);
        if (required)
            ReadOrigin(root);
        var frames = root.Required("frames").Items().ToList();
        var views = new List<PosedView>(frames.Count);
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            views.Add(ReadFrame(root, frame));
            progress?.Report(new($"reading {Path.GetFileName(path)}", views.Count, frames.Count));
        }
        return views;
    }

    private void ReadOrigin(JsonPlace root)
    {
        if (root.Optional("aabb") is { } box)
        {
            var corners = box.Items().ToList();
            if (corners.Count != 2)
                throw box.Fault($"{corners.Count} corners", "a box has two");
            _bounds = new(corners[0].Vector(), corners[1].Vector());
            if (_bounds.IsEmpty)
                throw box.Fault("its lower corner is not below the upper", "exchange the corners");
        }
        if (root.Optional("origin") is { } origin)
        {
            foreach (var (name, value) in origin.Members())
                _origin[name] = value.Text();
        }
    }

    private PosedView ReadFrame(JsonPlace root, JsonPlace frame)
    {
        var name = frame.Required("file_path").Text();
        var picture = FindPicture(frame, name);
        var display = ImageFile.Read(picture);
        var camera = ReadCamera(root, frame, display.Width, display.Height);
        var hasAlpha = display.Pixels.Any(pixel => pixel.Alpha != 255);
        try
        {
            return new PosedView(name.TrimStart('.', '/'), camera, Colour(frame, display))
            {
                Alpha = hasAlpha ? display.Select(pixel => pixel.Alpha / 255f) : null,
                Depth = Layer(frame, "depth_file_path") is { } depth ? Checked(depth, PfmFile.ReadGrey(depth), value => value > 0) : null,
                Instances = Layer(frame, "instances_file_path") is { } instances ? PngFile.ReadGrey16(instances) : null,
                Normals = Layer(frame, "normals_file_path") is { } normals ? Checked(normals, PfmFile.ReadColour(normals), value => float.IsFinite(value.LengthSquared())) : null,
            };
        }
        catch (MismatchException fault)
        {
            throw frame.Fault(fault.Message, "all layers of a view have the size of its picture");
        }
    }

    private Image<Vector3> Colour(JsonPlace frame, Image<Rgba8> display) => Layer(frame, "colour_file_path") is { } linear
        ? Checked(linear, PfmFile.ReadColour(linear), value => float.IsFinite(value.LengthSquared()) && Vector3.Min(value, default) == default)
        : display.Select(pixel => StandardRgb.Decode(new(pixel.Red, pixel.Green, pixel.Blue)));

    private static Image<T> Checked<T>(string path, Image<T> image, Func<T, bool> isValid) where T : unmanaged
    {
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            if (!isValid(image.Pixels[i]))
                throw new InvalidFileException(path, $"column {i % image.Width}, row {i / image.Width}", $"the value {image.Pixels[i]} is not possible there", "write the file again");
        }
        return image;
    }

    private string? Layer(JsonPlace frame, string key) => frame.Optional(key) is { } file ? Inside(frame, file.Text()) : null;

    // Names come from a file that may come from anywhere: they stay inside the dataset's folder.
    private string Inside(JsonPlace frame, string name)
    {
        var root = Path.GetFullPath(folder);
        var full = Path.GetFullPath(Path.Combine(root, name));
        if (!full.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw frame.Fault($"the file {PrintableName.Of(name)} lies outside the dataset's folder", "name files inside it");
        return full;
    }

    private string FindPicture(JsonPlace frame, string name)
    {
        var stem = Inside(frame, options.ImageFolder is null ? name : Path.Combine(options.ImageFolder, Path.GetFileName(name)));
        foreach (var extension in s_extensions)
            if (File.Exists(stem + extension))
                return stem + extension;
        var last = Path.GetFileName(name);
        var elsewhere = Directory.EnumerateDirectories(folder).Where(inner => s_extensions.Any(extension => File.Exists(Path.Combine(inner, last + extension)))).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        throw frame.Fault($"there is no picture {PrintableName.Of(Path.GetRelativePath(folder, stem))} (.png, .jpg)", elsewhere.Length > 0 ? $"choose the folder of pictures that is to be read: {string.Join(", ", elsewhere)}" : "put it there, or take the frame out");
    }

    private static PinholeCamera ReadCamera(JsonPlace root, JsonPlace frame, int width, int height)
    {
        // A frame's own numbers go before those of the file. They may be meant for pictures of another size.
        JsonPlace? Setting(string key) => frame.Optional(key) ?? root.Optional(key);
        var (scaleX, scaleY) = (Setting("w") is { } w ? width / w.Number() : 1, Setting("h") is { } h ? height / h.Number() : 1);
        var focalX = Setting("fl_x") is { } focal ? scaleX * focal.Number()
            : Setting("camera_angle_x") is { } angle ? 0.5f * width / MathF.Tan(0.5f * angle.Number())
            : throw frame.Fault("neither fl_x nor camera_angle_x is given", "add the focal length in pixels or the angle of view in radians");
        var focalY = Setting("fl_y") is { } focalRows ? scaleY * focalRows.Number() : focalX;
        var centreX = (Setting("cx") is { } x ? scaleX * x.Number() : 0.5f * width) - 0.5f;
        var centreY = (Setting("cy") is { } y ? scaleY * y.Number() : 0.5f * height) - 0.5f;
        var place = frame.Required("transform_matrix");
        var matrix = place.Items().SelectMany(row => row.Items()).Select(cell => cell.Number()).ToArray();
        if (matrix.Length != 16)
            throw place.Fault($"{matrix.Length} numbers", "a camera's matrix has four rows of four");
        try
        {
            return new(width, height, focalX, focalY, centreX, centreY, TransformsFile.PoseOf(matrix));
        }
        catch (SparselandException fault)
        {
            throw place.Fault(fault.Message, "correct the frame, or take it out");
        }
    }
}
