using System.Numerics;
using Sparseland.Progress;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// Grows an omnitree to a body, greedily: every box is sampled once, the bisections that promise most are done, batch by batch, until the budget of boxes is reached (Pollinger, Ishii, Domke, "Omnitrees",
/// arXiv 2508.06316, 2025). Where we differ: Sobol indices are estimated by bins, with a floor from total effects; a batch takes every bisection whose keys are at least 1.2 / (2 - 2^-k) of the first's, which
/// has k dimensions; among equal keys the first box wins. The result depends on the seed, never on the number of threads.
/// </summary>
public sealed class ShapeFit
{
    private const double Safety = 1.2;
    private const int FirstStep = 8;

    private readonly ShapeFitOptions _options;
    private readonly BoxSampler _sampler;
    private readonly ShapeError? _error;
    private readonly List<ShapeFitStep> _curve = [];
    private Omnitree _tree;
    private OmnitreeLocation[] _locations = [];
    private GrowthBox[] _boxes = [default];
    private int _batches;

    private ShapeFit(IShapeIndicator body, ShapeFitOptions options)
    {
        _options = options;
        _tree = Omnitree.Root(body.Dimensions);
        _sampler = new(body, options);
        _error = options.ErrorSamples > 0 ? new(body, options.ErrorSamples, options.Seed) : null;
    }

    /// <summary>Fits a tree to a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="options">Budget, criterion, samples and seed.</param>
    /// <param name="progress">Told the boxes after every few that were sampled.</param>
    /// <param name="cancellation">Heeded as often.</param>
    /// <exception cref="Errors.InvalidSettingException">An option is out of range.</exception>
    public static ShapeFitResult Grow(IShapeIndicator body, ShapeFitOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(body.Dimensions);
        return new ShapeFit(body, options).Run(progress, cancellation);
    }

    private ShapeFitResult Run(IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var (goal, grows) = (_options.Curve ? Math.Min(FirstStep, _options.Boxes) : _options.Boxes, true);
        while (true)
        {
            while (grows)
            {
                cancellation.ThrowIfCancellationRequested();
                _locations = [.. _tree.Boxes()];
                // A bisection adds half as many boxes as are to be sampled then, so this goes on from where the last batch ended.
                _sampler.Rank(_locations, _boxes, left => progress?.Report(new("growing", _tree.BoxCount - left / 2, _options.Boxes)), cancellation);
                grows = _boxes.Any(box => box.Mask != 0);
                var batch = Choose(goal - _tree.BoxCount);
                if (batch.Count == 0)
                    break;
                Bisect(batch);
            }
            _sampler.Occupy(_locations, _boxes, left => progress?.Report(new($"filling {_boxes.Length} boxes", _boxes.Length - left, _boxes.Length)), cancellation);
            var shape = new OmnitreeShape(_tree, [.. _boxes.Select(box => box.IsOccupied == true)]);
            _curve.Add(new(_tree.BoxCount, _tree.NodeCount, shape.Bits, _error?.Measure(shape) ?? double.NaN, shape.StructureRatio, shape.OccupancyRatio, shape.InformationDensity));
            if (goal == _options.Boxes || !grows)
                return new(shape, _curve, _batches);
            goal = (int)Math.Min(2L * goal, _options.Boxes);
        }
    }

    // The boxes to bisect at once: the best, and all that come close to it, as long as there is room for what they add.
    private List<int> Choose(int room)
    {
        var ranked = Enumerable.Range(0, _boxes.Length).Where(box => _boxes[box].Mask != 0).ToArray();
        Array.Sort(ranked, Compare);
        var batch = new List<int>();
        var (first, second) = (0.0, 0.0);
        foreach (var box in ranked)
        {
            ref readonly var candidate = ref _boxes[box];
            var children = 1 << BitOperations.PopCount((uint)candidate.Mask);
            room -= children - 1;
            if (room < 0 || candidate.First < first || candidate.Second < second)
                break;
            if (batch.Count == 0)
                (first, second) = (Safety / (2 - 1.0 / children) * candidate.First, Safety / (2 - 1.0 / children) * candidate.Second);
            batch.Add(box);
        }
        return batch;
    }

    private int Compare(int left, int right)
    {
        var order = _boxes[right].First.CompareTo(_boxes[left].First);
        if (order == 0)
            order = _boxes[right].Second.CompareTo(_boxes[left].Second);
        return order == 0 ? left.CompareTo(right) : order;
    }

    private void Bisect(List<int> batch)
    {
        var plan = new OmnitreePlan(_tree);
        foreach (var box in batch)
            plan.Refine(box, _boxes[box].Mask);
        var adapted = _tree.Adapt(plan);
        var boxes = new GrowthBox[adapted.Tree.BoxCount];
        for (var box = 0; box < _boxes.Length; box++)
        {
            // A box that was bisected leaves nothing behind.
            if (adapted.NewBoxes(box) is [var kept])
                boxes[kept] = _boxes[box];
        }
        (_tree, _boxes) = (adapted.Tree, boxes);
        _batches++;
    }
}
