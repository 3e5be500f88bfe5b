using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>How a model is written to GGUF.</summary>
public sealed record GgufExportOptions
{
    /// <summary>
    /// How matrices are stored, or null to keep what each has (int8 with scales becomes Float32, which holds it exactly).
    /// Where a row is not whole blocks, the next that fits is taken: Q4_0 for Q4_K, Q8_0 for Q6_K, Float16 for those.
    /// </summary>
    public ElementType? Element { get; init; }

    /// <summary>The model's name in the file.</summary>
    public string Name { get; init; } = "model";

    /// <summary>The tokenizer's metadata (tokenizer.ggml.*), written as it is; empty for a file without one.</summary>
    public IReadOnlyList<KeyValuePair<string, GgufValue>> Tokenizer { get; init; } = [];
}

/// <summary>Writes a checkpoint of any format as GGUF, tensor by tensor. Vectors are float32; a sparse matrix becomes dense with zeros.</summary>
public static class GgufExport
{
    private const int RowsAtATime = 256;

    private sealed record Planned(CheckpointTensor Tensor, string Target, ElementType Element);

    /// <summary>Writes the file.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="path">The file; an existing one is replaced when the new one is whole.</param>
    /// <param name="options">How matrices are stored, and the tokenizer.</param>
    /// <param name="loss">Told what could not be kept; null when nobody wants to know.</param>
    /// <param name="progress">Told tensor by tensor.</param>
    /// <param name="cancellation">Ends the work; nothing is left behind.</param>
    /// <exception cref="NumericalException">A weight is beyond the range of the element type.</exception>
    public static void Write(ICheckpoint checkpoint, string path, GgufExportOptions options, ConversionLoss? loss = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(options);
        var configuration = checkpoint.Configuration;
        var plan = new List<Planned>();
        foreach (var tensor in checkpoint.Tensors)
            plan.Add(new(tensor, TargetName(tensor.Name, configuration), ElementFor(tensor, options.Element)));
        var scaling = configuration.RopeScaling is { Kind: RopeScalingKind.Llama3 } llama3 ? GgufConfiguration.Factors(llama3, configuration.RopeTheta, configuration.HeadWidth) : null;
        var metadata = GgufConfiguration.Write(configuration, options.Name, FileType(MostBytes(plan)));
        metadata.AddRange(options.Tokenizer);
        if (options.Tokenizer.Count == 0)
            metadata.AddRange(GgufTokenizer.SpecialTokens(configuration.BeginToken, configuration.EndTokens));
        if (configuration.EndTokens.Count > 2)
            loss?.Note($"GGUF names two end tokens at most: of {string.Join(", ", configuration.EndTokens)} the first and the last are written");
        using var writer = new GgufWriter(path, metadata, Entries(plan, scaling));
        if (scaling is not null)
            writer.Append<float>(GgufNames.RopeFactors, scaling);
        for (var i = 0; i < plan.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new("writing GGUF", i, plan.Count, plan[i].Target));
            WriteTensor(writer, checkpoint, plan[i], loss);
        }
        writer.Complete();
        progress?.Report(new("writing GGUF", plan.Count, plan.Count));
    }

    /// <summary>The element type a tensor is written in.</summary>
    internal static ElementType ElementFor(CheckpointTensor tensor, ElementType? wanted)
    {
        if (tensor.Shape.Rank < 2 || tensor.Name == TensorNames.PositionEmbedding)
            return ElementType.Float32;
        var columns = tensor.Shape.Columns;
        return (wanted ?? tensor.Element) switch
        {
            ElementType.Q4_K when columns % 256 != 0 => columns % 32 == 0 ? ElementType.Q4_0 : ElementType.Float16,
            ElementType.Q6_K when columns % 256 != 0 => columns % 32 == 0 ? ElementType.Q8_0 : ElementType.Float16,
            ElementType.Q8_0 or ElementType.Q4_0 when columns % 32 != 0 => ElementType.Float16,
            ElementType.Int8 or ElementType.Float64 => ElementType.Float32,
            var element => element,
        };
    }

    private static ElementType MostBytes(List<Planned> plan) =>
        plan.Where(item => item.Tensor.Shape.Rank == 2).GroupBy(item => item.Element).OrderByDescending(group => group.Sum(item => item.Tensor.Shape.Length)).First().Key;

    // GPT-2's three thirds follow each other in the canonical order of weights and of biases alike, so each tensor is appended to when its turn comes.
    private static string TargetName(string name, TransformerConfiguration configuration)
    {
        if (configuration.Family == "gpt2" && Gpt2Tensors.Fused.Any(part => name.Contains(part, StringComparison.Ordinal)))
            return $"blk.{name.Split('.')[2]}.{GgufNames.Fused}{name[name.LastIndexOf('.')..]}";
        return GgufNames.FromCanonical(name);
    }

    private static List<GgufEntry> Entries(List<Planned> plan, float[]? scaling)
    {
        var entries = new List<GgufEntry>();
        if (scaling is not null)
            entries.Add(new(GgufNames.RopeFactors, new Shape(scaling.Length), ElementType.Float32));
        foreach (var group in plan.GroupBy(item => item.Target))
        {
            var extents = group.First().Tensor.Shape.ToArray();
            extents[0] = group.Sum(item => item.Tensor.Shape[0]);
            entries.Add(new(group.Key, new Shape(extents), group.First().Element));
        }
        return entries;
    }

    private static void WriteTensor(GgufWriter writer, ICheckpoint checkpoint, Planned item, ConversionLoss? loss)
    {
        var (tensor, target, element) = item;
        var isPaired = checkpoint.Configuration.Family is "llama" or "mistral" && (tensor.Name.Contains(".q_proj.", StringComparison.Ordinal) || tensor.Name.Contains(".k_proj.", StringComparison.Ordinal));
        var order = isPaired ? new StoredRows.InterleavedPairs(checkpoint.Configuration.HeadWidth) : null;
        if (tensor.Shape.Rank < 2)
        {
            var numbers = checkpoint.LoadTensor(tensor.Name);
            writer.Append<float>(target, (order is null ? numbers : Interleave(numbers, order)).Span);
            return;
        }
        var matrix = checkpoint.LoadMatrix(tensor.Name);
        // Blocks are never taken apart when they can be copied: quantising again would change them.
        if (matrix is DenseMatrix dense && dense.Element == element)
            CopyRows(writer, target, dense, order);
        else
            RoundRows(writer, tensor.Name, target, matrix, element, order, loss);
    }

    private static void CopyRows(GgufWriter writer, string target, DenseMatrix matrix, StoredRows.InterleavedPairs? order)
    {
        for (var row = 0; row < matrix.Rows; row++)
            writer.Append(target, matrix.Storage.Slice((order?.CanonicalRow(row) ?? row) * matrix.RowBytes, checked((int)matrix.RowBytes)));
    }

    private static void RoundRows(GgufWriter writer, string name, string target, MatrixLayout matrix, ElementType element, StoredRows.InterleavedPairs? order, ConversionLoss? loss)
    {
        var rows = new Tensor<float>(new Shape(RowsAtATime, matrix.Columns));
        var after = new float[matrix.Columns];
        var isNew = true;
        for (var start = 0; start < matrix.Rows; start += RowsAtATime)
        {
            var part = rows.Matrix.SliceRows(0, Math.Min(RowsAtATime, matrix.Rows - start));
            for (var row = 0; row < part.Rows; row++)
                matrix.CopyRow((int)(order?.CanonicalRow(start + row) ?? start + row), part.Row(row));
            var rounded = DenseMatrix.FromFloat32(part, element);
            for (var row = 0; row < part.Rows && loss is not null; row++)
            {
                rounded.CopyRow(row, after);
                isNew &= !loss.Compare(name, isNew, part.Row(row), after);
            }
            for (var at = 0L; at < rounded.ByteCount; at += 1 << 24)
                writer.Append(target, rounded.Storage.Slice(at, (int)Math.Min(1 << 24, rounded.ByteCount - at)));
        }
        GC.KeepAlive(rows);
    }

    private static Tensor<float> Interleave(Tensor<float> numbers, StoredRows.InterleavedPairs order)
    {
        var result = Tensor<float>.Uninitialized(numbers.Shape);
        for (var i = 0; i < numbers.Length; i++)
            result.Span[i] = numbers.Span[(int)order.CanonicalRow(i)];
        return result;
    }

    // llama.cpp's LLAMA_FTYPE numbers, which only say what most of the file is.
    private static uint FileType(ElementType element) => element switch
    {
        ElementType.Float32 => 0,
        ElementType.Float16 => 1,
        ElementType.Q4_0 => 2,
        ElementType.Q8_0 => 7,
        ElementType.Q4_K => 14,
        ElementType.Q6_K => 18,
        ElementType.BFloat16 => 32,
        _ => throw new UnsupportedException($"GGUF files of {element} are not written; known are Float32, Float16, BFloat16, Q8_0, Q4_0, Q4_K, Q6_K"),
    };
}
