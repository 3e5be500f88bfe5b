using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Cli.CommandLine;

/// <summary>A way to hold a model's matrices that bench measures: as stored, dense of a type, or pruned by magnitude and packed. Only speed is asked for, so magnitude will do.</summary>
/// <param name="Name">As typed: "stored", "bf16", "2:4 bf16", "bitmap bf16", "block 1x8 f32".</param>
/// <param name="Layout">The layout's name; null for the model as stored.</param>
/// <param name="Element">How values are stored.</param>
internal sealed record BenchWay(string Name, string? Layout, ElementType Element)
{
    // Half the weights for layouts without a number in their name, as for 2:4; blocks pay from 80 % on.
    private const double BitmapSparsity = 0.5;
    private const double BlockSparsity = 0.8;
    private const double CsrSparsity = 0.9;

    public static IReadOnlyList<string> Names { get; } = ["stored", "f32", "bf16", "f16", "int8", "q8_0", "q4_0", "q4_k", "2:4 bf16", "2:4 f32", "bitmap bf16 (50 %)", "block 1x8 bf16 (80 %)", "csr f32 (90 %)"];

    public static BenchWay Parse(string text)
    {
        if (text == "stored")
            return new BenchWay(text, null, ElementType.Float32);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            throw new InvalidSettingException($"--ways: an empty name; known are {string.Join(", ", Names)}");
        var element = StoredTypeNames.Parse(words[^1]);
        return new BenchWay(text, words.Length == 1 ? "dense" : string.Join(' ', words[..^1]), element);
    }

    /// <summary>The model in this way; matrices that the type's blocks do not divide are held in bfloat16.</summary>
    public TransformerModel Apply(TransformerModel model) => Layout is null ? model : model.Convert(Convert);

    private MatrixLayout Convert(string name, MatrixLayout matrix)
    {
        var values = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(values.Matrix);
        var isVocabulary = name is TensorNames.Embedding or TensorNames.Head;
        if (Layout == "dense" || isVocabulary)
            return DenseMatrix.FromFloat32(values.Matrix, Layout != "dense" && isVocabulary ? Outside : Divides(matrix.Columns) ? Element : ElementType.BFloat16);
        return MatrixLayoutFactory.Create(Layout!, Element, values.Matrix, Mask(values));
    }

    private ElementType Outside => Element == ElementType.Float32 ? ElementType.Float32 : ElementType.BFloat16;

    private bool Divides(int columns) => columns % (Element switch { ElementType.Q4_K => 256, ElementType.Q8_0 or ElementType.Q4_0 => 32, _ => 1 }) == 0;

    private Mask Mask(Tensor<float> values)
    {
        var scores = values.Copy();
        TensorPrimitives.Abs(scores.Span, scores.Span);
        var (pattern, sparsity) = Layout switch
        {
            "bitmap" => (Pattern.Unstructured, BitmapSparsity),
            "csr" => (Pattern.Unstructured, CsrSparsity),
            _ when Layout!.StartsWith("block", StringComparison.Ordinal) => (Pattern.Parse(Layout.Replace(' ', ':')), BlockSparsity),
            _ => (Pattern.Parse(Layout), 0.5),
        };
        return MaskSelection.Select(scores.Matrix, pattern, sparsity, ComparisonGroup.Row);
    }
}
