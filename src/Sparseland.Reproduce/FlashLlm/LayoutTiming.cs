using System.Diagnostics;
using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.FlashLlm;

/// <summary>
/// Times products of one matrix in several layouts. Several copies of a matrix are used in turn, so many that together they do not fit the cache:
/// weights are read from memory, as in decoding. The median of the runs counts.
/// </summary>
internal sealed class LayoutTiming
{
    private const int LeastRuns = 5;
    private const int MostRuns = 200;

    private readonly Tensor<float> _weights;
    private readonly Mask _mask;
    private readonly long _coldBytes;
    private readonly double _secondsPerTiming;

    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="pattern">Which zeros.</param>
    /// <param name="sparsity">How many.</param>
    /// <param name="seed">Seeds values and places.</param>
    /// <param name="coldBytes">Copies of a layout together have at least this many bytes; 0 keeps one, which stays in the cache.</param>
    /// <param name="secondsPerTiming">Time to spend on each.</param>
    public LayoutTiming(int rows, int columns, Pattern pattern, double sparsity, ulong seed, long coldBytes, double secondsPerTiming)
    {
        (_coldBytes, _secondsPerTiming) = (coldBytes, secondsPerTiming);
        _weights = Tensor<float>.Uninitialized(new Shape(rows, columns));
        var chance = new RandomStream(seed, "flash-llm weights");
        // Uniform values suffice for timing and are ten times as fast to draw as normal ones.
        foreach (ref var weight in _weights.Span)
            weight = (float)(chance.NextDouble() - 0.5);
        var scores = Tensor<float>.Uninitialized(_weights.Shape);
        foreach (ref var score in scores.Span)
            score = (float)chance.NextDouble();
        _mask = MaskSelection.Select(scores.Matrix, pattern, sparsity, ComparisonGroup.Row);
        _mask.Apply(_weights.Matrix);
    }

    /// <summary>The matrix in a layout.</summary>
    public MatrixLayout Create(string layout, ElementType element) =>
        layout == "dense" ? DenseMatrix.FromFloat32(_weights.Matrix, element) : MatrixLayoutFactory.Create(layout, element, _weights.Matrix, _mask);

    /// <summary>Seconds per product, for every batch size.</summary>
    /// <param name="layout">"dense" or a layout's name.</param>
    /// <param name="element">The value type.</param>
    /// <param name="batches">Columns of the other operand.</param>
    /// <param name="bytes">Bytes of the matrix in this layout.</param>
    public double[] Measure(string layout, ElementType element, IReadOnlyList<int> batches, out long bytes)
    {
        var first = Create(layout, element);
        bytes = first.ByteCount;
        var copies = new MatrixLayout[Math.Clamp((int)Math.Ceiling(_coldBytes / (double)bytes), 1, 32)];
        copies[0] = first;
        for (var i = 1; i < copies.Length; i++)
            copies[i] = Copy(first);
        return [.. batches.Select(batch => Time(copies, batch))];
    }

    /// <summary>The largest difference of a layout's products from those of the dense matrix in the same value type, relative to the largest output.</summary>
    public double Difference(string layout, ElementType element, int batch)
    {
        var (sparse, dense) = (Create(layout, element), DenseMatrix.FromFloat32(ToDense(Create(layout, element)).Matrix, ElementType.Float32));
        var (x, expected, actual) = Operands(batch);
        Multiply(dense, x, expected);
        Multiply(sparse, x, actual);
        TensorPrimitives.Subtract<float>(actual.Span, expected.Span, actual.Span);
        return Math.Abs(TensorPrimitives.MaxMagnitude<float>(actual.Span)) / Math.Abs(TensorPrimitives.MaxMagnitude<float>(expected.Span));
    }

    private double Time(MatrixLayout[] copies, int batch)
    {
        var (x, y, _) = Operands(batch);
        Multiply(copies[^1], x, y);
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        for (var run = 0; run < LeastRuns || (run < MostRuns && Stopwatch.GetElapsedTime(started).TotalSeconds < _secondsPerTiming); run++)
        {
            var before = Stopwatch.GetTimestamp();
            Multiply(copies[run % copies.Length], x, y);
            times.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private (Tensor<float> X, Tensor<float> First, Tensor<float> Second) Operands(int batch)
    {
        var x = new Tensor<float>(new Shape(batch, _weights.Shape[1]));
        new RandomStream(1, "flash-llm inputs").FillNormal(x.Span);
        return (x, new Tensor<float>(new Shape(batch, _weights.Shape[0])), new Tensor<float>(new Shape(batch, _weights.Shape[0])));
    }

    private static void Multiply(MatrixLayout matrix, Tensor<float> x, Tensor<float> y)
    {
        if (x.Shape[0] == 1)
            matrix.Multiply(x.Span, y.Span);
        else
            matrix.MultiplyBatch(x.Matrix, y.Matrix);
    }

    private static MatrixLayout Copy(MatrixLayout matrix) => matrix is ILayoutParts parts
        ? LayoutRegistry.Read(matrix.Name, matrix.Element, matrix.Rows, matrix.Columns, [.. parts.Parts.Select(part => new LayoutPart(part.Name, part.Type, Copy(part.Bytes)))])
        : DenseMatrix.FromStorage(matrix.Element, matrix.Rows, matrix.Columns, Copy(((DenseMatrix)matrix).Storage));

    private static TensorStorage<byte> Copy(TensorStorage<byte> bytes)
    {
        var copy = new TensorStorage<byte>(bytes.Length, zeroed: false);
        bytes.Slice(0, checked((int)bytes.Length)).CopyTo(copy.Slice(0, checked((int)bytes.Length)));
        return copy;
    }

    private static Tensor<float> ToDense(MatrixLayout matrix)
    {
        var dense = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(dense.Matrix);
        return dense;
    }
}
