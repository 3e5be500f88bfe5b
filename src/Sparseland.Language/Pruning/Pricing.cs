using System.Globalization;
using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Prices recipes before anything is written: one calibration on the dense model, then for every recipe, and for the dense model in bfloat16, 8 and 4 bits,
/// the bytes, the perplexity and the tokens per second measured on this machine. The recipes prune from the dense model's statistics (<see cref="CalibrationSettings.DenseInputs"/>).
/// </summary>
public static class Pricing
{
    // Of the types of a rival each matrix takes the first whose blocks divide its rows; speed-ups are counted from the first rival.
    private static readonly (string Name, ElementType[] Types)[] Rivals =
    [
        ("dense bf16", [ElementType.BFloat16]),
        ("dense Q8_0", [ElementType.Q8_0, ElementType.BFloat16]),
        ("dense 4 bits", [ElementType.Q4_K, ElementType.Q4_0, ElementType.BFloat16]),
    ];

    /// <summary>Prices everything; sorted by bytes, the front of bytes against perplexity marked.</summary>
    /// <param name="request">What, and on which text.</param>
    /// <param name="progress">Told after every row.</param>
    /// <param name="cancellation">Heeded between rows and inside them.</param>
    public static IReadOnlyList<PriceRow> Run(PriceRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var recipes = request.Patterns.Select(pair => request.Base with
        {
            Pattern = pair.Pattern, Sparsity = pair.Sparsity, Values = ElementType.Float32, Layout = "bitmap", Recovery = null,
            Calibration = request.Base.Calibration with { DenseInputs = true, TrueSequential = false },
        }).ToList();
        var fitting = recipes.Where(recipe => Fits(request, recipe)).ToList();
        var rows = new List<PriceRow>();
        var total = fitting.Count * request.Values.Count + Rivals.Length;
        var dense = TransformerModel.Load(request.Checkpoint, null, cancellation);
        var reference = ModelLayouts.ToDense(dense, ElementType.BFloat16);
        var speed = new PriceSpeed(request.Timing, reference);
        foreach (var rival in Rivals)
        {
            rows.Add(PriceRival(request, dense, reference, rival, speed, cancellation));
            progress?.Report(new ProgressReport("pricing", rows.Count, total, rows[^1].Name));
        }
        var kinds = request.Base.Needs | Methods.Allocations.Create(request.Base.Allocation).Needs;
        var statistics = kinds == StatisticsKind.None ? null : DenseStatistics.Collect(request.Checkpoint, request.Calibration, kinds, request.StatisticsFolder, progress, cancellation);
        foreach (var recipe in fitting)
        {
            var pruned = TransformerModel.Load(request.Checkpoint, null, cancellation);
            var reports = ModelPruner.PruneInMemory(request.Checkpoint, recipe, request.Calibration, pruned, statistics, cancellation).ToDictionary(report => report.Name, StringComparer.Ordinal);
            foreach (var values in request.Values)
            {
                rows.Add(PriceRecipe(request, pruned, recipe with { Values = values, Layout = "auto" }, reports, speed, cancellation));
                progress?.Report(new ProgressReport("pricing", rows.Count, total, rows[^1].Name));
            }
        }
        return MarkFront(rows);
    }

    /// <summary>Prices a model that is already made, on the same text and with the same timing as the others.</summary>
    /// <param name="request">The dense model, the text, the protocol and the timing.</param>
    /// <param name="model">The model, in the layouts it is stored in.</param>
    /// <param name="name">What the row is called.</param>
    /// <param name="recipe">The recipe that made it, or null.</param>
    /// <param name="sparsity">Fraction of the prunable weights that is not stored.</param>
    /// <param name="cancellation">Heeded between blocks and tokens.</param>
    public static PriceRow PriceModel(PriceRequest request, TransformerModel model, string name, Recipe? recipe, double sparsity, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(model);
        var reference = request.Timing is null ? model : ModelLayouts.ToDense(TransformerModel.Load(request.Checkpoint, null, cancellation), ElementType.BFloat16);
        return Measure(request, model, new PriceRow(name, recipe, sparsity, model.ByteCount), new PriceSpeed(request.Timing, reference), cancellation);
    }

    /// <summary>The recipe with the lowest perplexity that fits a number of bytes.</summary>
    /// <exception cref="InvalidSettingException">None fits; the message names the smallest.</exception>
    public static PriceChoice ForBytes(IReadOnlyList<PriceRow> rows, long budget) =>
        Choose(rows, row => row.Bytes <= budget,
            sparse => string.Create(CultureInfo.InvariantCulture, $"no recipe fits {budget:N0} bytes; the smallest is {sparse.MinBy(row => row.Bytes)!.Name} with {sparse.Min(row => row.Bytes):N0}"));

    /// <summary>The recipe with the lowest perplexity that decodes a number of times as fast as the dense model in bfloat16.</summary>
    /// <exception cref="InvalidSettingException">None is that fast; the message names the fastest.</exception>
    public static PriceChoice ForSpeed(IReadOnlyList<PriceRow> rows, double factor)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Choose(rows, row => row.SpeedRatio >= factor,
            sparse => string.Create(CultureInfo.InvariantCulture,
                $"no recipe is {factor:0.##} times as fast as dense bf16 here; the fastest is {sparse.MaxBy(row => row.SpeedRatio)!.Name} with {sparse.Max(row => row.SpeedRatio):0.00} times"));
    }

    private static PriceChoice Choose(IReadOnlyList<PriceRow> rows, Func<PriceRow, bool> fits, Func<List<PriceRow>, string> none)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var sparse = rows.Where(row => row.Recipe is not null).ToList();
        if (sparse.Count == 0)
            throw new InvalidSettingException("no recipe fits this model's shapes: nothing can be chosen");
        var best = sparse.Where(fits).MinBy(row => row.Perplexity) ?? throw new InvalidSettingException(none(sparse));
        return new PriceChoice(best, rows.Where(row => row.Recipe is null && fits(row) && row.Perplexity < best.Perplexity).MinBy(row => row.Perplexity));
    }

    private static bool Fits(PriceRequest request, Recipe recipe)
    {
        try
        {
            ModelPruner.Plan(request.Checkpoint, recipe);
            return true;
        }
        catch (InvalidSettingException)
        {
            // A pattern that does not divide this model is no candidate; the others are.
            return false;
        }
    }

    private static PriceRow PriceRival(PriceRequest request, TransformerModel dense, TransformerModel reference, (string Name, ElementType[] Types) rival, PriceSpeed speed, CancellationToken cancellation)
    {
        if (rival.Types[0] == ElementType.BFloat16)
            return Measure(request, reference, new PriceRow(rival.Name, null, 0, reference.ByteCount), speed, cancellation);
        var used = new SortedDictionary<ElementType, int>();
        var model = dense.Convert((_, matrix) =>
        {
            var values = Dense(matrix);
            var type = rival.Types.First(type => matrix.Columns % BlockOf(type) == 0);
            used[type] = used.GetValueOrDefault(type) + 1;
            return DenseMatrix.FromFloat32(values.Matrix, type);
        });
        var note = used.Count == 1 && used.ContainsKey(rival.Types[0]) ? null
            : string.Join(", ", used.Select(pair => $"{pair.Value} matrices {pair.Key}")) + $": {BlockOf(rival.Types[0])} does not divide every row";
        return Measure(request, model, new PriceRow(rival.Name, null, 0, model.ByteCount) { Note = note }, speed, cancellation);
    }

    private static PriceRow PriceRecipe(PriceRequest request, TransformerModel pruned, Recipe recipe, Dictionary<string, LayerReport> reports, PriceSpeed speed, CancellationToken cancellation)
    {
        var outside = recipe.Values == ElementType.Float32 ? ElementType.Float32 : ElementType.BFloat16;
        var model = pruned.Convert((name, matrix) => reports.TryGetValue(name, out var report)
            ? !matrix.HasMask ? MatrixLayoutFactory.Convert(matrix, matrix.Name, recipe.Values) : StoredLayout.Store(recipe.Layout, recipe.Values, Dense(matrix), matrix.ToMask(), report.Pattern == "dense" ? null : Pattern.Parse(report.Pattern))
            : DenseMatrix.FromFloat32(Dense(matrix).Matrix, outside));
        var prunable = reports.Values.Sum(report => (double)report.Rows * report.Columns);
        var sparsity = reports.Values.Sum(report => report.Achieved * report.Rows * report.Columns) / prunable;
        var percent = recipe.Pattern is NofMPattern ? "" : string.Create(CultureInfo.InvariantCulture, $" {100 * recipe.Sparsity:0} %");
        return Measure(request, model, new PriceRow($"{recipe.Pattern}{percent} {ValueNames.Of(recipe.Values)}", recipe, sparsity, model.ByteCount), speed, cancellation);
    }

    private static PriceRow Measure(PriceRequest request, TransformerModel model, PriceRow row, PriceSpeed speed, CancellationToken cancellation) =>
        speed.Complete(row with { Perplexity = Perplexity.Measure(model, request.Tokenizer, request.Texts, request.Protocol, null, cancellation).Perplexity }, model, cancellation);

    private static List<PriceRow> MarkFront(List<PriceRow> rows)
    {
        bool Dominated(PriceRow row) => rows.Any(other => other.Bytes <= row.Bytes && other.Perplexity <= row.Perplexity && (other.Bytes < row.Bytes || other.Perplexity < row.Perplexity));
        return [.. rows.Select(row => row with { IsOnFront = !Dominated(row) }).OrderBy(row => row.Bytes).ThenBy(row => row.Perplexity)];
    }

    private static int BlockOf(ElementType type) => type switch
    {
        ElementType.Q4_K => 256,
        ElementType.Q8_0 or ElementType.Q4_0 => 32,
        _ => 1,
    };

    private static Tensor<float> Dense(MatrixLayout matrix)
    {
        var tensor = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(tensor.Matrix);
        return tensor;
    }
}
