using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>The kernels of dense weight matrices, in every storage type.</summary>
public static class DenseKernels
{
    // Rounding of float32 sums over some thousand terms.
    private const double FloatBudget = 2e-6;

    // Rounding the input to 8 bits in blocks of 32: half a step of 1/127 of the block's largest, against the sum of magnitudes.
    private const double RoundedInputBudget = 2e-2;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelEntry> Entries { get; } = [
        .. Of(ElementType.Float32, Hardware.WidestVectors, FloatBudget),
        .. Of(ElementType.BFloat16, Hardware.UpTo256, FloatBudget),
        .. Of(ElementType.Float16, Hardware.UpTo256, FloatBudget),
        .. Of(ElementType.Int8, Hardware.IntegerProducts, RoundedInputBudget),
        .. Of(ElementType.Q8_0, Hardware.IntegerProducts, RoundedInputBudget),
        .. Of(ElementType.Q4_0, Hardware.IntegerProducts, RoundedInputBudget),
        .. Of(ElementType.Q4_K, Hardware.IntegerProducts, RoundedInputBudget),
        .. Of(ElementType.Q6_K, Hardware.IntegerProducts, RoundedInputBudget),
    ];

    /// <summary>A dense matrix of normal weights in a storage type; the columns are rounded up to its block.</summary>
    internal static DenseMatrix Random(ElementType element, OperandRequest request)
    {
        var block = element is ElementType.Q4_K or ElementType.Q6_K ? BlockQ4_K.Size : element is ElementType.Q8_0 or ElementType.Q4_0 ? QuantizedInput.Block : 1;
        var columns = (request.Columns + block - 1) / block * block;
        var values = Tensor<float>.Uninitialized(new Shape(request.Rows, columns));
        new RandomStream(request.Seed, "dense weights").FillNormal(values.Span, 0.05);
        return DenseMatrix.FromFloat32(values.Matrix, element);
    }

    private static IEnumerable<KernelEntry> Of(ElementType element, string vectorHardware, double vectorBudget)
    {
        var panels = element == ElementType.Float32 ? "" : ", panels of 512 KiB widened";
        yield return new("dense", element, KernelOperation.Vector, vectorHardware, element is ElementType.Float32 or ElementType.BFloat16 or ElementType.Float16 ? "4 rows x 2 vectors" : "4 rows x 1 block", vectorBudget, request => Random(element, request));
        yield return new("dense", element, KernelOperation.Batch, Hardware.WidestVectors, $"6 x 2 vectors{panels}", FloatBudget, request => Random(element, request));
        yield return new("dense", element, KernelOperation.Transposed, Hardware.WidestVectors, $"6 x 2 vectors{panels}", FloatBudget, request => Random(element, request));
    }
}
