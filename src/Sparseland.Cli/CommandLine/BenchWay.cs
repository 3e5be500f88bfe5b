using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;

namespace Sparseland.Cli.CommandLine;

/// <summary>A way to hold a model's matrices that bench measures: as stored, dense of a type, or pruned by magnitude and packed. Only speed is asked for, so magnitude will do.</summary>
/// <param name="Name">As typed: "stored", "bf16", "2:4 bf16", "bitmap bf16", "block 1x8 f32".</param>
/// <param name="Layout">The layout's name, or "dense"; null for the model as stored.</param>
/// <param name="Element">How values are stored.</param>
/// <param name="Sparsity">The fraction pruned where the layout does not fix it.</param>
internal sealed record BenchWay(string Name, string? Layout, ElementType Element, double Sparsity)
{
    // Half the weights for layouts without a number in their name, as for 2:4; blocks pay from 80 % on, CSR from 85 %.
    private static double UsualSparsity(string layout) => layout switch
    {
        CsrMatrix.LayoutName => 0.9,
        _ when layout.StartsWith("block", StringComparison.Ordinal) => 0.8,
        _ => 0.5,
    };

    public static IReadOnlyList<string> Names { get; } =
        ["stored", "f32", "bf16", "f16", "int8", "q8_0", "q4_0", "q4_k", "2:4 bf16", "2:4 f32", "bitmap bf16 (50 %)", "block 1x8 bf16 (80 %)", "csr f32 (90 %)"];

    /// <summary>The way that every other is compared with.</summary>
    public static BenchWay DenseBFloat16 { get; } = Parse("bf16");

    public static BenchWay Parse(string text)
    {
        if (text == "stored")
            return new BenchWay(text, null, ElementType.Float32, 0);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            throw new InvalidSettingException($"--ways: an empty name; known are {string.Join(", ", Names)}");
        var element = StoredTypeNames.Parse(words[^1]);
        var layout = words.Length == 1 ? "dense" : string.Join(' ', words[..^1]);
        if (layout != "dense")
            LayoutRegistry.FindForMask(layout);
        return new BenchWay(text, layout, element, UsualSparsity(layout));
    }

    /// <summary>The way in which most of a model's weights are stored: for another model under the same recipe.</summary>
    public static BenchWay Like(TransformerModel model)
    {
        var projections = LayerLayout.Of(model).Where(layer => layer.Name != TensorNames.Embedding && layer.Name != TensorNames.Head).ToList();
        var most = projections.GroupBy(layer => (layer.Layout, layer.Element)).MaxBy(group => group.Sum(layer => layer.KeptCount))!;
        var sparsity = 1 - most.Sum(layer => (double)layer.KeptCount) / most.Sum(layer => (double)layer.Rows * layer.Columns);
        var name = string.Create(CultureInfo.InvariantCulture, $"like stored: {most.Key.Layout} {StoredTypeNames.Of(most.Key.Element)}{(sparsity > 0 ? $" {100 * sparsity:0} %" : "")}");
        return new BenchWay(name, most.Key.Layout, most.Key.Element, sparsity);
    }

    /// <summary>The model in this way; matrices that the type's blocks do not divide are held in the next coarser type.</summary>
    public TransformerModel Apply(TransformerModel model) => Layout switch
    {
        null => model,
        "dense" => ModelLayouts.ToDense(model, Element),
        _ => ModelLayouts.ToSparse(model, PatternOf(Layout), Sparsity, Element, Layout),
    };

    private static Pattern PatternOf(string layout) => layout is BitmapMatrix.LayoutName or CsrMatrix.LayoutName or TiledCslMatrix.LayoutName
        ? Pattern.Unstructured
        : Pattern.Parse(layout.Replace("block ", "block:", StringComparison.Ordinal));
}
