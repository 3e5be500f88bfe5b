using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>A weight on its way to disk: dense numbers in an element type, or a sparse layout in its parts.</summary>
public sealed class CheckpointWeight
{
    private CheckpointWeight(string name, Shape shape, ElementType element, Tensor<float>? tensor, MatrixLayout? matrix)
    {
        Name = name;
        Shape = shape;
        Element = element;
        Tensor = tensor;
        Matrix = matrix;
    }

    /// <summary>The canonical name.</summary>
    public string Name { get; }

    /// <summary>The extents.</summary>
    public Shape Shape { get; }

    /// <summary>How numbers are stored.</summary>
    public ElementType Element { get; }

    internal Tensor<float>? Tensor { get; }

    internal MatrixLayout? Matrix { get; }

    internal IReadOnlyList<LayoutPart>? Parts => (Matrix as ILayoutParts)?.Parts;

    /// <summary>Parts that another weight of the same writing holds, with its name; see <see cref="Share"/>.</summary>
    internal IReadOnlyDictionary<string, string> Shared { get; private set; } = new Dictionary<string, string>();

    private IEnumerable<LayoutPart>? OwnParts => Parts?.Where(part => !Shared.ContainsKey(part.Name));

    /// <summary>Finds shared parts whose bytes an earlier one of the weights writes; a shared part without such a holder is written like any other.</summary>
    internal static unsafe void Share(IReadOnlyList<CheckpointWeight> weights)
    {
        foreach (var (index, weight) in weights.Index())
            weight.Shared = (weight.Parts ?? []).Where(part => part.IsShared)
                .Select(part => (part.Name, Holder: weights.Take(index).FirstOrDefault(other => (other.Parts ?? []).Any(held => !held.IsShared && held.Name == part.Name && held.Pointer == part.Pointer && held.Count == part.Count))?.Name))
                .Where(pair => pair.Holder is not null).ToDictionary(pair => pair.Name, pair => pair.Holder!, StringComparer.Ordinal);
    }

    /// <summary>Dense numbers.</summary>
    /// <param name="name">The canonical name.</param>
    /// <param name="tensor">The numbers, all finite.</param>
    /// <param name="element">Float64, Float32, Float16 or BFloat16.</param>
    /// <exception cref="UnsupportedException">The element type needs scales, which plain safetensors cannot hold.</exception>
    public static CheckpointWeight Dense(string name, Tensor<float> tensor, ElementType element)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(name, tensor.Shape, RequirePlain(name, element), tensor, null);
    }

    /// <summary>A matrix as it is stored: a sparse layout in its parts, a dense one as plain numbers of its own element type.</summary>
    /// <exception cref="UnsupportedException">It is block-quantised, which only GGUF holds.</exception>
    public static CheckpointWeight Of(string name, MatrixLayout matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var element = matrix is ILayoutParts ? matrix.Element : RequirePlain(name, matrix.Element);
        return new(name, new Shape(matrix.Rows, matrix.Columns), element, null, matrix);
    }

    /// <summary>The tensors it becomes in a safetensors file.</summary>
    internal IEnumerable<SafetensorsEntry> Entries()
    {
        if (OwnParts is { } parts)
            return parts.Select(part => new SafetensorsEntry(PackedWeights.PartName(Name, part.Name), PackedWeights.TypeOf(part.Type), part.Count));
        return [new SafetensorsEntry(Name, SafetensorsTypes.FromElement(Element)!.Value, Shape.ToArray().Select(extent => (long)extent).ToArray())];
    }

    /// <summary>Writes those tensors.</summary>
    internal void WriteTo(SafetensorsWriter writer)
    {
        if (OwnParts is { } parts)
        {
            foreach (var part in parts)
                ByteStream.Append(writer, PackedWeights.PartName(Name, part.Name), part.Bytes);
            return;
        }
        var numbers = Tensor;
        if (numbers is null)
        {
            numbers = Tensor<float>.Uninitialized(Shape);
            Matrix!.ToDense(numbers.Matrix);
        }
        WriteNumbers(writer, numbers);
    }

    private unsafe void WriteNumbers(SafetensorsWriter writer, Tensor<float> numbers)
    {
        const int piece = 1 << 16;
        var buffer = new byte[piece * ElementConversion.ByteCount(Element)];
        for (var start = 0L; start < numbers.Length; start += piece)
        {
            var count = (int)Math.Min(piece, numbers.Length - start);
            var source = new ReadOnlySpan<float>(numbers.Pointer + start, count);
            var bytes = buffer.AsSpan(0, count * ElementConversion.ByteCount(Element));
            if (!ElementConversion.FromSingle(Element, source, bytes))
                throw new NumericalException($"the weights {Name} hold NaN, infinity or a number beyond the range of {Element}: write them as float32, and look for the layer that made them");
            writer.Append(Name, bytes);
        }
        GC.KeepAlive(numbers);
    }

    private static ElementType RequirePlain(string name, ElementType element) => ElementConversion.IsPlain(element)
        ? element
        : throw new UnsupportedException($"the weights {name} in {element} cannot be written to safetensors; known are float32, bfloat16, float16 and the sparse layouts (GGUF holds the block types)");
}
