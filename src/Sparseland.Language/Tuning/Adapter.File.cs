using Sparseland.Autograd;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

public sealed partial class Adapter
{
    private const string FormatKey = "sparseland.adapter";
    private const string BaseKey = "sparseland.base";
    private const string Version = "1";
    private const string Remedy = "write the adapter again";

    /// <summary>
    /// Writes the adapter as safetensors: for every changed matrix NAME.rows.indices (int32) and NAME.rows.delta (float32), the same with "columns",
    /// or NAME.lora_a and NAME.lora_b; the method and the base model's hash in the metadata, the matrices' extents as NAME.shape. Equal adapters give equal bytes.
    /// </summary>
    /// <param name="path">The file; it appears whole or not at all.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var shapes = Parts.Select(part => (part.Name, part.Shape)).Distinct().ToList();
        var metadata = new Dictionary<string, string> { [FormatKey] = $"{Version} {Method}", [BaseKey] = BaseHash };
        using var writer = new SafetensorsWriter(path, [.. Parts.SelectMany(part => part.Entries()), .. shapes.Select(pair => new SafetensorsEntry($"{pair.Name}.shape", SafetensorsType.I32, 2))], metadata);
        foreach (var part in Parts)
            part.Write(writer);
        foreach (var (name, shape) in shapes)
            writer.Append<int>($"{name}.shape", [shape[0], shape[1]]);
        writer.Complete();
    }

    /// <summary>Reads an adapter.</summary>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no adapter.</exception>
    public static Adapter Load(string path)
    {
        var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(FormatKey, out var format) || !file.Metadata.TryGetValue(BaseKey, out var baseHash) || !format.StartsWith(Version + " ", StringComparison.Ordinal))
            throw new InvalidFileException(path, "metadata", "it is no adapter of this tool", "give a file that sparseland tune wrote");
        var parts = new List<AdapterPart>();
        foreach (var tensor in file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            if (Ends(tensor.Name, ".rows.delta") is { } rows)
                parts.Add(ReadSlice(file, rows, SliceKind.Rows, "rows"));
            else if (Ends(tensor.Name, ".columns.delta") is { } columns)
                parts.Add(ReadSlice(file, columns, SliceKind.Columns, "columns"));
            else if (Ends(tensor.Name, ".lora_a") is { } low)
                parts.Add(ReadLowRank(file, low));
        }
        return parts.Count > 0 ? new Adapter(format[(Version.Length + 1)..], baseHash, parts) : throw new InvalidFileException(path, "", "it changes no matrix", Remedy);
    }

    private static string? Ends(string name, string ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : null;

    private static SlicePart ReadSlice(SafetensorsFile file, string name, SliceKind kind, string word)
    {
        var indices = Integers(file, $"{name}.{word}.indices");
        var extents = Integers(file, $"{name}.shape");
        if (extents.Length != 2 || extents[0] < 1 || extents[1] < 1)
            throw new InvalidFileException(file.Path, $"{name}.shape", "it does not hold two extents", Remedy);
        return Make(file, name, () => new SlicePart(name, new Shape(extents[0], extents[1]), kind, indices, Numbers(file, $"{name}.{word}.delta")));
    }

    private static LowRankPart ReadLowRank(SafetensorsFile file, string name) =>
        Make(file, name, () => new LowRankPart(name, Numbers(file, $"{name}.lora_a"), Numbers(file, $"{name}.lora_b")));

    private static TPart Make<TPart>(SafetensorsFile file, string name, Func<TPart> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException fault)
        {
            throw new InvalidFileException(file.Path, name, fault.Message.Split(" (Parameter", 2)[0], Remedy, fault);
        }
    }

    private static int[] Integers(SafetensorsFile file, string name)
    {
        var tensor = Find(file, name, SafetensorsType.I32);
        var values = new int[checked((int)tensor.ElementCount)];
        tensor.Storage<int>().Slice(0, values.Length).CopyTo(values);
        GC.KeepAlive(file);
        return values;
    }

    private static Tensor<float> Numbers(SafetensorsFile file, string name)
    {
        var tensor = Find(file, name, SafetensorsType.F32);
        var values = Tensor<float>.Uninitialized(tensor.Shape);
        tensor.Storage<float>().Slice(0, checked((int)values.Length)).CopyTo(values.Span);
        GC.KeepAlive(file);
        foreach (var value in values.Span)
            if (!float.IsFinite(value))
                throw new InvalidFileException(file.Path, name, "it holds NaN or infinity", Remedy);
        return values;
    }

    private static SafetensorsTensor Find(SafetensorsFile file, string name, SafetensorsType type)
    {
        var tensor = file.Find(name) ?? throw new InvalidFileException(file.Path, name, "the tensor is missing", Remedy);
        return tensor.Type == type ? tensor : throw new InvalidFileException(file.Path, name, $"it is {tensor.Type.Name()}, expected {type.Name()}", Remedy);
    }
}
