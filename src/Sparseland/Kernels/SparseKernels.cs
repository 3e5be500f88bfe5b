using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>The products of the sparse layouts. Which instructions a product of vectors uses is chosen from <see cref="RowKernels"/>.</summary>
public static class SparseKernels
{
    // Rounding of float32 sums over some thousand terms.
    private const double Budget = 2e-6;

    private static readonly string[] Names =
    [
        BitmapMatrix.LayoutName, CsrMatrix.LayoutName, "2:4", "4:8", "1:4", "2:8", "3:16", "block 1x8", "block 8x1", "block 4x4", "block 16x1", TiledCslMatrix.LayoutName,
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelEntry> Entries { get; } = [.. Names.SelectMany(name => LayoutRegistry.Find(name).Elements.SelectMany(element => Of(name, element)))];

    private static IEnumerable<KernelEntry> Of(string layout, ElementType element)
    {
        var sample = (SparseMatrix)Random(layout, element, new OperandRequest(16, 256, 0.3, 1));
        var kernel = sample.Kernel;
        yield return new(layout, element, KernelOperation.Vector, kernel?.Hardware ?? "scalar", kernel?.Name ?? "one row", Budget, request => Random(layout, element, request));
        yield return new(layout, element, KernelOperation.Batch, Hardware.WidestVectors, "one row x panels of 8 to 64 vectors", Budget, request => Random(layout, element, request));
        yield return new(layout, element, KernelOperation.Transposed, Hardware.UpTo256, "one row x panels of 8 to 64 vectors", Budget, request => Random(layout, element, request));
    }

    private static MatrixLayout Random(string layout, ElementType element, OperandRequest request)
    {
        var chance = new RandomStream(request.Seed, "sparse weights");
        var columns = LayoutRegistry.TryParseNm(layout, out _, out var group) ? (request.Columns + group - 1) / group * group : request.Columns;
        var values = Tensor<float>.Uninitialized(new Shape(request.Rows, columns));
        chance.FillNormal(values.Span, 0.05);
        return MatrixLayoutFactory.Create(layout, element, values.Matrix, RandomMask.ForLayout(layout, request.Rows, columns, request.Density, chance));
    }
}
