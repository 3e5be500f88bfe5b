namespace Sparseland.Recipes;

/// <summary>
/// One threshold for all layers, as FLAP has it (An et al. 2024): the structures with the lowest scores anywhere go until the wanted share of parameters is gone; every layer keeps one.
/// Option "standardise" (true): scores are compared as distances from their layer's mean in units of its deviation. Without it, layers with small numbers lose most.
/// </summary>
public sealed class GlobalAllocation : IAllocation
{
    private readonly bool _standardise;

    /// <summary>Reads its options.</summary>
    public GlobalAllocation(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _standardise = options.Flag("standardise", true);
    }

    /// <inheritdoc/>
    public string Name => "global";

    /// <inheritdoc/>
    public bool ComparesScores => true;

    /// <inheritdoc/>
    public double[] Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var scores = request.Scores ?? throw new InvalidOperationException("the allocation global needs the scores of whole structures");
        var order = new List<(double Score, int Set)>();
        var total = 0.0;
        for (var set = 0; set < scores.Count; set++)
        {
            var (mean, deviation) = _standardise ? Moments(scores[set]) : (0, 1);
            foreach (var score in scores[set])
                order.Add(((score - mean) / deviation, set));
            total += (double)scores[set].Length * request.Matrices[set].Columns;
        }
        var removed = new int[scores.Count];
        var open = request.Sparsity * total;
        foreach (var (_, set) in order.OrderBy(entry => entry.Score))
        {
            var parameters = request.Matrices[set].Columns;
            if (open < parameters / 2.0)
                break;
            if (removed[set] + 1 == scores[set].Length)
                continue;
            removed[set]++;
            open -= parameters;
        }
        return [.. removed.Select((count, set) => (double)count / scores[set].Length)];
    }

    // Where all scores are equal nothing stands out: the deviation is taken as one.
    private static (double Mean, double Deviation) Moments(double[] scores)
    {
        var mean = scores.Average();
        var deviation = Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / scores.Length);
        return (mean, deviation > 0 ? deviation : 1);
    }
}
