using Sparseland.Autograd;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>A change of some rows or columns: their indices and the difference. Fusing is a scatter-add over the slice, whatever the matrix's size.</summary>
public sealed class SlicePart : AdapterPart
{
    /// <summary>Makes a part.</summary>
    /// <param name="name">The matrix's canonical name.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="slice">Rows or columns.</param>
    /// <param name="indices">Which, ascending; in the original numbering.</param>
    /// <param name="delta">[indices, inputs] for rows, [outputs, indices] for columns.</param>
    /// <exception cref="ArgumentException">An index is outside the matrix or out of order, or the difference has other extents.</exception>
    public SlicePart(string name, Shape shape, SliceKind slice, int[] indices, Tensor<float> delta) : base(name, shape)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(delta);
        var rows = slice == SliceKind.Rows;
        var expected = rows ? new Shape(indices.Length, shape[1]) : new Shape(shape[0], indices.Length);
        if (indices.Length == 0 || delta.Shape != expected)
            throw new ArgumentException($"{name}: {indices.Length} {slice} with a difference of the shape {delta.Shape}, where {expected} is expected", nameof(delta));
        for (var i = 0; i < indices.Length; i++)
            if ((uint)indices[i] >= (uint)shape[rows ? 0 : 1] || (i > 0 && indices[i] <= indices[i - 1]))
                throw new ArgumentException($"{name}: index {indices[i]} at place {i} of an ascending list of {slice} of a {shape} matrix", nameof(indices));
        (Slice, Indices, Delta) = (slice, indices, delta);
    }

    /// <summary>Rows or columns.</summary>
    public SliceKind Slice { get; }

    /// <summary>Which, ascending.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>The difference: [indices, inputs] for rows, [outputs, indices] for columns.</summary>
    public Tensor<float> Delta { get; }

    /// <inheritdoc/>
    public override string Kind => Slice == SliceKind.Rows ? "rows" : "columns";

    /// <inheritdoc/>
    public override long ParameterCount => Delta.Length;

    /// <inheritdoc/>
    public override int ScratchLength => 2 * Indices.Count;

    /// <summary>A part from indices in any order.</summary>
    public static SlicePart Sorted(string name, Shape shape, SliceKind slice, IReadOnlyList<int> indices, Tensor<float> delta)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(delta);
        var order = Enumerable.Range(0, indices.Count).OrderBy(i => indices[i]).ToArray();
        var sorted = Tensor<float>.Uninitialized(delta.Shape);
        for (var row = 0; row < delta.Shape[0]; row++)
            for (var column = 0; column < delta.Shape[1]; column++)
                sorted.Matrix[row, column] = slice == SliceKind.Rows ? delta.Matrix[order[row], column] : delta.Matrix[row, order[column]];
        return new SlicePart(name, shape, slice, [.. order.Select(i => indices[i])], sorted);
    }

    /// <inheritdoc/>
    public override int[]? Overlap(AdapterPart other)
    {
        ArgumentNullException.ThrowIfNull(other);
        // A row and a column always meet.
        if (other is not SlicePart slice || slice.Slice != Slice)
            return [.. Indices];
        var common = Indices.Intersect(slice.Indices).ToArray();
        return common.Length == 0 ? null : common;
    }

    /// <inheritdoc/>
    public override AdapterPart Combine(AdapterPart other)
    {
        if (other is not SlicePart slice || slice.Slice != Slice || slice.Name != Name || slice.Shape != Shape)
            throw new ArgumentException($"{Name}: {Kind} of a {Shape} matrix with another kind of change", nameof(other));
        int[] indices = [.. Indices.Union(slice.Indices).Order()];
        var place = new Dictionary<int, int>();
        for (var i = 0; i < indices.Length; i++)
            place.Add(indices[i], i);
        var delta = new Tensor<float>(Slice == SliceKind.Rows ? new Shape(indices.Length, Shape[1]) : new Shape(Shape[0], indices.Length));
        foreach (var part in new[] { this, slice })
            Scatter(part.Delta.Matrix, [.. part.Indices.Select(index => place[index])], delta.Matrix, 1);
        return new SlicePart(Name, Shape, Slice, indices, delta);
    }

    /// <inheritdoc/>
    protected override void Add(MatrixView<float> weights, float factor) => Scatter(Delta.Matrix, Indices, weights, factor);

    /// <inheritdoc/>
    protected override void Multiply(ReadOnlySpan<float> input, Span<float> output, Span<float> scratch)
    {
        var count = Indices.Count;
        if (Slice == SliceKind.Rows)
        {
            var products = scratch[..count];
            Gemv.Multiply(Delta.Matrix, input, products);
            for (var i = 0; i < count; i++)
                output[Indices[i]] += products[i];
            return;
        }
        var gathered = scratch[..count];
        for (var i = 0; i < count; i++)
            gathered[i] = input[Indices[i]];
        var delta = Delta.Matrix;
        for (var row = 0; row < delta.Rows; row++)
            output[row] += TensorPrimitives.Dot<float>(delta.Row(row), gathered);
        delta.KeepAlive();
    }

    /// <inheritdoc/>
    internal override IEnumerable<SafetensorsEntry> Entries() =>
    [
        new SafetensorsEntry($"{Name}.{Kind}.indices", SafetensorsType.I32, Indices.Count),
        new SafetensorsEntry($"{Name}.{Kind}.delta", SafetensorsType.F32, Delta.Shape[0], Delta.Shape[1]),
    ];

    /// <inheritdoc/>
    internal override void Write(SafetensorsWriter writer)
    {
        writer.Append<int>($"{Name}.{Kind}.indices", (int[])[.. Indices]);
        writer.Append<float>($"{Name}.{Kind}.delta", Delta.Span);
    }

    private void Scatter(MatrixView<float> delta, IReadOnlyList<int> places, MatrixView<float> weights, float factor)
    {
        for (var row = 0; row < delta.Rows; row++)
        {
            var source = delta.Row(row);
            var target = weights.Row(Slice == SliceKind.Rows ? places[row] : row);
            if (Slice == SliceKind.Rows)
                TensorPrimitives.MultiplyAdd(source, factor, target, target);
            else
                for (var i = 0; i < source.Length; i++)
                    target[places[i]] += factor * source[i];
        }
        delta.KeepAlive();
        weights.KeepAlive();
    }
}
