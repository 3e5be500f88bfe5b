using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>A change that is a product of two thin matrices, B A. Fusing it is a matrix product over the whole matrix.</summary>
public sealed class LowRankPart : AdapterPart
{
    /// <summary>Makes a part.</summary>
    /// <param name="name">The matrix's canonical name.</param>
    /// <param name="down">A, [rank, inputs].</param>
    /// <param name="up">B, [outputs, rank], with LoRA's scale in it.</param>
    /// <exception cref="ArgumentException">The factors do not fit each other.</exception>
    public LowRankPart(string name, Tensor<float> down, Tensor<float> up) : base(name, ShapeOf(name, down, up)) => (Down, Up) = (down, up);

    /// <summary>A.</summary>
    public Tensor<float> Down { get; }

    /// <summary>B.</summary>
    public Tensor<float> Up { get; }

    /// <inheritdoc/>
    public override string Kind => "low rank";

    /// <inheritdoc/>
    public override long ParameterCount => Down.Length + Up.Length;

    /// <inheritdoc/>
    public override int ScratchLength => Down.Shape[0];

    /// <inheritdoc/>
    public override int[]? Overlap(AdapterPart other) => [.. Enumerable.Range(0, Shape[0])];

    /// <inheritdoc/>
    public override AdapterPart Combine(AdapterPart other)
    {
        if (other is not LowRankPart low || low.Name != Name || low.Shape != Shape)
            throw new ArgumentException($"{Name}: a low-rank change of a {Shape} matrix with another kind of change", nameof(other));
        var (mine, rank) = (Down.Shape[0], Down.Shape[0] + low.Down.Shape[0]);
        var down = new Tensor<float>(new Shape(rank, Shape[1]), [.. Down.Span, .. low.Down.Span]);
        var up = new Tensor<float>(new Shape(Shape[0], rank));
        for (var row = 0; row < Shape[0]; row++)
        {
            Up.Matrix.Row(row).CopyTo(up.Matrix.Row(row));
            low.Up.Matrix.Row(row).CopyTo(up.Matrix.Row(row)[mine..]);
        }
        return new LowRankPart(Name, down, up);
    }

    /// <inheritdoc/>
    protected override void Add(MatrixView<float> weights, float factor)
    {
        if (factor == 1)
        {
            Gemm.Multiply(Up.Matrix, false, Down.Matrix, false, weights, accumulate: true);
            return;
        }
        var up = Up.Copy();
        TensorPrimitives.Multiply(up.Span, factor, up.Span);
        Gemm.Multiply(up.Matrix, false, Down.Matrix, false, weights, accumulate: true);
    }

    /// <inheritdoc/>
    protected override void Multiply(ReadOnlySpan<float> input, Span<float> output, Span<float> scratch)
    {
        var inner = scratch[..Down.Shape[0]];
        Gemv.Multiply(Down.Matrix, input, inner);
        var up = Up.Matrix;
        for (var row = 0; row < up.Rows; row++)
            output[row] += TensorPrimitives.Dot<float>(up.Row(row), inner);
        up.KeepAlive();
    }

    /// <inheritdoc/>
    internal override IEnumerable<SafetensorsEntry> Entries() =>
    [
        new SafetensorsEntry($"{Name}.lora_a", SafetensorsType.F32, Down.Shape[0], Down.Shape[1]),
        new SafetensorsEntry($"{Name}.lora_b", SafetensorsType.F32, Up.Shape[0], Up.Shape[1]),
    ];

    /// <inheritdoc/>
    internal override void Write(SafetensorsWriter writer)
    {
        writer.Append<float>($"{Name}.lora_a", Down.Span);
        writer.Append<float>($"{Name}.lora_b", Up.Span);
    }

    private static Shape ShapeOf(string name, Tensor<float> down, Tensor<float> up)
    {
        ArgumentNullException.ThrowIfNull(down);
        ArgumentNullException.ThrowIfNull(up);
        return down.Shape.Rank == 2 && up.Shape.Rank == 2 && down.Shape[0] == up.Shape[1]
            ? new Shape(up.Shape[0], down.Shape[1])
            : throw new ArgumentException($"{name}: factors of the shapes {down.Shape} and {up.Shape}", nameof(up));
    }
}
