using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>The products of matrices that are a dictionary and codes: a dense product followed by a sparse one, or the reverse.</summary>
public static class DictionaryKernels
{
    // Rounding of two float32 sums, one after the other.
    private const double Budget = 4e-6;

    // About what the update of that name learns when 30 % of the bytes shall go.
    private const double AtomsPerColumn = 0.75;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelEntry> Entries { get; } = [.. LayoutRegistry.Find(DictionaryMatrix.LayoutName).Elements.SelectMany(Of)];

    private static IEnumerable<KernelEntry> Of(ElementType element)
    {
        var kernel = ((SparseMatrix)Random(element, new OperandRequest(16, 256, 0.5, 1)).Codes).Kernel;
        var tile = $"dense 4 rows x 2 vectors, {kernel?.Name ?? "one row"}";
        yield return new(DictionaryMatrix.LayoutName, element, KernelOperation.Vector, Hardware.WidestVectors, tile, Budget, request => Random(element, request));
        yield return new(DictionaryMatrix.LayoutName, element, KernelOperation.Batch, Hardware.WidestVectors, "dense 6 x 2 vectors, one row x panels of 8 to 64 vectors", Budget, request => Random(element, request));
        yield return new(DictionaryMatrix.LayoutName, element, KernelOperation.Transposed, Hardware.WidestVectors, "one row x panels of 8 to 64 vectors, dense 6 x 2 vectors", Budget, request => Random(element, request));
    }

    // Atoms and codes are positive: then the magnitudes of W, by which errors are measured, are those of its factors too.
    private static DictionaryMatrix Random(ElementType element, OperandRequest request)
    {
        var chance = new RandomStream(request.Seed, "dictionary weights");
        var atoms = Math.Max(1, (int)(AtomsPerColumn * request.Columns));
        var dictionary = Tensor<float>.Uninitialized(new Shape(atoms, request.Columns));
        chance.FillNormal(dictionary.Span, 0.2);
        TensorPrimitives.Abs<float>(dictionary.Span, dictionary.Span);
        var codes = new SparseCodes(request.Rows, atoms, Math.Clamp((int)Math.Round(request.Density * atoms), 1, atoms));
        var order = Enumerable.Range(0, atoms).ToArray();
        for (var row = 0; row < request.Rows; row++)
        {
            chance.Shuffle(order.AsSpan());
            var indices = codes.IndicesOf(row);
            order.AsSpan(0, indices.Length).CopyTo(indices);
            indices.Sort();
            foreach (ref var value in codes.ValuesOf(row))
                value = Math.Abs(chance.NextNormal()) * 0.2;
        }
        return DictionaryMatrix.Create(dictionary.Matrix, codes, element);
    }
}
