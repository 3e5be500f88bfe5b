using System.Numerics;
using System.Text.Json;
using Sparseland.Files;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;

namespace Sparseland.Space.Views;

/// <summary>
/// Writes a dataset view by view, so that no more than one is in memory: a PNG of display values (with opacity where there is one), linear colour as PFM, depth as PFM, instance numbers as 16-bit PNG, normals as PFM, and the transforms files.
/// The folder appears when <see cref="Commit"/> is called, and not at all otherwise.
/// </summary>
public sealed class ViewDatasetWriter : IDisposable
{
    private readonly AtomicFolder _folder;
    private readonly List<(ViewSplit Split, PinholeCamera Camera, string Name, List<(string Key, string File)> Layers)> _frames = [];

    /// <summary>Begins a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="replace">Whether an existing one may be replaced.</param>
    /// <exception cref="Errors.InvalidSettingException">The folder exists and may not be replaced.</exception>
    public ViewDatasetWriter(string folder, bool replace = false) => _folder = AtomicFolder.Create(folder, replace);

    /// <summary>What display values are multiplied with before they are cut off at 1; one for the whole set.</summary>
    public float Exposure { get; init; } = 1;

    /// <summary>Where further files of the set are written until it is committed.</summary>
    public string WorkFolder => _folder.WorkFolder;

    /// <summary>Writes a view; it is named by its split and number.</summary>
    public void Add(ViewSplit split, PosedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var name = $"{TransformsFile.FolderOf(split)}/r_{_frames.Count(frame => frame.Split == split)}";
        var layers = new List<(string, string)>();
        var display = new Image<Rgba8>(view.Camera.Width, view.Camera.Height);
        for (var i = 0; i < display.Pixels.Length; i++)
            display.Pixels[i] = StandardRgb.Encode(Exposure * view.Colour.Pixels[i], view.Alpha?.Pixels[i] ?? 1);
        if (view.Alpha is null)
            PngFile.Write(Place($"{name}.png"), display.Select(pixel => new Rgb8(pixel.Red, pixel.Green, pixel.Blue)));
        else
            PngFile.Write(Place($"{name}.png"), display);
        PfmFile.Write(Layer("colour", "pfm"), view.Colour);
        if (view.Depth is not null)
            PfmFile.Write(Layer("depth", "pfm"), view.Depth);
        if (view.Instances is not null)
            PngFile.Write(Layer("instances", "png"), view.Instances);
        if (view.Normals is not null)
            PfmFile.Write(Layer("normals", "pfm"), view.Normals);
        _frames.Add((split, view.Camera, name, layers));

        string Layer(string layer, string extension)
        {
            var file = $"{name}_{layer}.{extension}";
            layers.Add(($"{layer}_file_path", $"./{file}"));
            return Place(file);
        }
    }

    /// <summary>Writes a further layer of the view that was added last, one value a pixel.</summary>
    /// <param name="layer">Its name, in small letters.</param>
    /// <param name="image">The layer.</param>
    public void AddLayer(string layer, Image<float> image) => PfmFile.Write(FurtherLayer(layer), image);

    /// <summary>Writes a further layer of the view that was added last, three values a pixel.</summary>
    /// <param name="layer">Its name, in small letters.</param>
    /// <param name="image">The layer.</param>
    public void AddLayer(string layer, Image<Vector3> image) => PfmFile.Write(FurtherLayer(layer), image);

    /// <summary>Writes the transforms files and gives the folder its name.</summary>
    /// <param name="bounds">A box around all that is seen; <see cref="Box3.Empty"/> when not known.</param>
    /// <param name="origin">How the set was made, by name.</param>
    public void Commit(Box3 bounds, IReadOnlyDictionary<string, string>? origin = null)
    {
        foreach (var split in Enum.GetValues<ViewSplit>())
        {
            if (split != ViewSplit.Train && _frames.All(frame => frame.Split != split))
                continue;
            AtomicFile.Write(Place(TransformsFile.NameOf(split)), stream =>
            {
                using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
                WriteSplit(json, split, bounds, origin);
            });
        }
        _folder.Commit();
    }

    /// <summary>Ends the writing; a folder that was not committed is deleted.</summary>
    public void Dispose() => _folder.Dispose();

    private string FurtherLayer(string layer)
    {
        ArgumentException.ThrowIfNullOrEmpty(layer);
        if (_frames.Count == 0)
            throw new InvalidOperationException("a layer belongs to a view: add the view first");
        var file = $"{_frames[^1].Name}_{layer}.pfm";
        _frames[^1].Layers.Add(($"{layer}_file_path", $"./{file}"));
        return Place(file);
    }

    private string Place(string file) => Path.Combine(_folder.WorkFolder, file);

    private void WriteSplit(Utf8JsonWriter json, ViewSplit split, Box3 bounds, IReadOnlyDictionary<string, string>? origin)
    {
        json.WriteStartObject();
        json.WriteString("convention", TransformsFile.Convention);
        if (!bounds.IsEmpty)
        {
            json.WriteStartArray("aabb");
            Array(json, bounds.Minimum);
            Array(json, bounds.Maximum);
            json.WriteEndArray();
        }
        if (origin is { Count: > 0 })
        {
            json.WriteStartObject("origin");
            foreach (var (key, value) in origin)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        var frames = _frames.Where(frame => frame.Split == split).ToList();
        // What programs for Blender's sets read; the exact numbers stand with every frame.
        if (frames.Count > 0)
            json.WriteNumber("camera_angle_x", 2 * MathF.Atan(0.5f * frames[0].Camera.Width / frames[0].Camera.FocalX));
        json.WriteStartArray("frames");
        foreach (var (_, camera, name, layers) in frames)
            WriteFrame(json, camera, name, layers);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFrame(Utf8JsonWriter json, PinholeCamera camera, string name, List<(string Key, string File)> layers)
    {
        json.WriteStartObject();
        json.WriteString("file_path", $"./{name}");
        foreach (var (key, file) in layers)
            json.WriteString(key, file);
        json.WriteNumber("w", camera.Width);
        json.WriteNumber("h", camera.Height);
        json.WriteNumber("fl_x", camera.FocalX);
        json.WriteNumber("fl_y", camera.FocalY);
        json.WriteNumber("cx", camera.CentreX + 0.5f);
        json.WriteNumber("cy", camera.CentreY + 0.5f);
        json.WriteStartArray("transform_matrix");
        var matrix = TransformsFile.MatrixOf(camera.Pose);
        for (var row = 0; row < 4; row++)
        {
            json.WriteStartArray();
            for (var column = 0; column < 4; column++)
                json.WriteNumberValue(matrix[4 * row + column]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Array(Utf8JsonWriter json, Vector3 value)
    {
        json.WriteStartArray();
        json.WriteNumberValue(value.X);
        json.WriteNumberValue(value.Y);
        json.WriteNumberValue(value.Z);
        json.WriteEndArray();
    }
}
