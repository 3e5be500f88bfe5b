using System.Globalization;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Cfsp;

/// <summary>Perplexities after removing neurons by every score, and what is claimed of them.</summary>
internal static class NeuronScores
{
    private const string Relative = "CFSP", Authors = "CFSP, authors' form", Magnitude = "magnitude", Uniform = "CFSP score, uniform", Biased = "CFSP + bias";
    private const double BiasSlack = 1.01;

    private static readonly (string Name, string Score, string Allocation, string Update)[] Ways =
    [
        ("random", "random", "uniform", "none"), (Magnitude, "magnitude", "uniform", "none"), ("Wanda", "wanda", "uniform", "none"), ("FLAP", "flap", "global", "bias"),
        (Uniform, "cfsp", "uniform", "none"), (Relative, "cfsp", "cfsp", "none"), (Authors, "cfsp:form=authors", "cfsp", "none"), (Biased, "cfsp", "cfsp", "bias"),
    ];

    public static Claim Best(string model) => new($"best-{model}", $"{model}: the better form of CFSP's score has a lower perplexity than magnitude at every share and for every seed");

    public static Claim Allocation(string model) => new($"allocation-{model}", $"{model}: at 50 %, CFSP's allocation has a lower perplexity than the uniform one with the same score for two of three seeds");

    public static Claim Bias(string model) => new($"bias-{model}", $"{model}: the bias never raises the perplexity by more than 1 %");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        double[] shares = context.Quick ? [0.2, 0.5] : [0.2, 0.35, 0.5];
        var results = new Dictionary<(double Share, string Way), Sample>();
        foreach (var share in shares)
            foreach (var way in Ways)
            {
                progress?.Report(new ProgressReport($"{model.Name}: {way.Name} at {share:P0}", results.Count, shares.Length * Ways.Length));
                results[(share, way.Name)] = Measure(model, Recipe(way.Score, way.Allocation, way.Update, share), context, cancellation);
            }
        var dense = Measure(model, null, context, cancellation);
        tables.Add(new ExperimentTable($"Perplexity of {model.Name} without some of its neurons; dense {dense}", ["neurons removed", .. Ways.Select(way => way.Name)],
            [.. shares.Select(share => (IReadOnlyList<string>)[Percent(share), .. Ways.Select(way => results[(share, way.Name)].ToString())])]));
        outcomes.Add(JudgeBest(model.Name, shares, results));
        outcomes.Add(JudgeAllocation(model.Name, results[(0.5, Relative)], results[(0.5, Uniform)]));
        outcomes.Add(JudgeBias(model.Name, shares, results));
    }

    /// <summary>A recipe that removes neurons, in multiples of 8.</summary>
    public static Recipe Recipe(string score, string allocation, string update, double sparsity) => new()
    {
        Score = MethodChoice.Parse(score), Allocation = MethodChoice.Parse(allocation), Update = new MethodChoice(update), Pattern = new StructuredPattern(StructureKinds.Neurons, 8), Sparsity = sparsity,
    };

    /// <summary>The plan of a recipe for one seed's calibration.</summary>
    public static StructurePlan Plan(ExperimentModel model, ICheckpoint checkpoint, Recipe recipe, ulong seed, bool quick, CancellationToken cancellation) =>
        StructurePruner.Plan(checkpoint, recipe with { Seed = seed }, model.Calibrate(seed, quick ? 32 : 128, 128), cancellation: cancellation);

    private static Sample Measure(ExperimentModel model, Recipe? recipe, ExperimentContext context, CancellationToken cancellation) => new([.. context.Seeds.Select(seed =>
    {
        var checkpoint = recipe is null ? model.Checkpoint : Plan(model, model.Checkpoint, recipe, seed, context.Quick, cancellation).Apply(model.Checkpoint);
        return model.Perplexity(TransformerModel.Load(checkpoint, null, cancellation), seed, context.Quick ? 4000 : 16000, cancellation);
    })]);

    private static ClaimOutcome JudgeBest(string model, double[] shares, Dictionary<(double Share, string Way), Sample> results)
    {
        var faults = shares.Where(share => new[] { Relative, Authors }.All(way => !results[(share, way)].IsBelow(results[(share, Magnitude)])))
            .Select(share => $"{Percent(share)}: {results[(share, Relative)]} and {results[(share, Authors)]} against {results[(share, Magnitude)]}").ToList();
        return new ClaimOutcome(Best(model), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? "for every seed" : string.Join("; ", faults));
    }

    private static ClaimOutcome JudgeAllocation(string model, Sample cfsp, Sample uniform)
    {
        var better = cfsp.Values.Zip(uniform.Values, (mine, theirs) => mine < theirs).Count(below => below);
        return new ClaimOutcome(Allocation(model), 3 * better >= 2 * cfsp.Values.Count ? Verdict.Holds : Verdict.Fails,
            string.Create(CultureInfo.InvariantCulture, $"for {better} of {cfsp.Values.Count} seeds: {cfsp} against {uniform}"));
    }

    private static ClaimOutcome JudgeBias(string model, double[] shares, Dictionary<(double Share, string Way), Sample> results)
    {
        var faults = shares.Where(share => !results[(share, Biased)].IsBelow(results[(share, Relative)], BiasSlack))
            .Select(share => $"{Percent(share)}: {results[(share, Biased)]} against {results[(share, Relative)]}").ToList();
        return new ClaimOutcome(Bias(model), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? "for every seed" : string.Join("; ", faults));
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
