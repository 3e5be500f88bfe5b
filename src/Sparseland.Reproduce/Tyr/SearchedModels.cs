using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Tyr;

/// <summary>Perplexities of a model without a share of its heads and neurons: the search against the uniform share, and the local pruner against simpler ones.</summary>
internal static class SearchedModels
{
    private const string Magnitude = "magnitude, uniform", Wanda = "Wanda, uniform", Uniform = "local pruner, uniform", First = "Týr, first iteration", Tyr = "Týr";
    private const double IterationSlack = 1.01;

    private static readonly double[] Shares = [0.25, 0.5];

    public static Claim Search(string model) => new($"search-{model}", $"{model}: at 25 % and 50 %, dense < Týr <= the same local pruner with a uniform share, for every seed");

    public static Claim Local(string model) => new($"local-{model}", $"{model}: at 25 % and 50 %, uniform shares: the local pruner is below Wanda for structures, for every seed");

    public static Claim Activations(string model) => new($"wanda-{model}", $"{model}: at 25 % and 50 %, uniform shares: Wanda for structures is below magnitude, for every seed");

    public static Claim Iterations(string model) => new($"iterations-{model}", $"{model}: more iterations with halved steps never raise the perplexity by more than 1 %, at both shares and for every seed");

    public static IEnumerable<Claim> Claims(string model) => [Search(model), Local(model), Activations(model), Iterations(model)];

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        // Statistics of the dense model serve every way that takes them.
        var statistics = Directory.CreateTempSubdirectory("sparseland-tyr-");
        try
        {
            new Measurements(model, context, statistics.FullName, progress, cancellation).Run(tables, outcomes);
        }
        finally
        {
            statistics.Delete(recursive: true);
        }
    }

    private sealed class Measurements(ExperimentModel model, ExperimentContext context, string statistics, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        private readonly SearchSize _size = context.Quick ? SearchSize.Quick : SearchSize.Full;
        private readonly Dictionary<string, Sample> _known = [];
        private readonly Dictionary<ulong, CalibrationSet> _calibrations = context.Seeds.Distinct().ToDictionary(seed => seed, seed => model.Calibrate(seed, context.Quick ? SearchSize.Quick.Sequences : SearchSize.Full.Sequences, 128));

        public void Run(List<ExperimentTable> tables, List<ClaimOutcome> outcomes)
        {
            var dense = Measure(null);
            (string Name, Recipe Recipe)[] ways =
            [
                (Magnitude, Plain("magnitude", "none")), (Wanda, Plain("wanda", "none")), ("Wanda, solved, uniform", Plain("wanda", "solve")), ("local pruner, uniform, dense inputs", Plain("obs", "solve")),
                (Uniform, Searched(_size with { Iterations = 1, Generations = 0 })), (First, Searched(_size with { Iterations = 1 })), (Tyr, Searched(_size)),
            ];
            // What one iteration leaves to the others takes a longer search to tell.
            if (context.Quick)
                ways = [.. ways.Where(way => way.Name != First)];
            var results = Table(tables, $"Perplexity of {model.Name} without some of its heads and neurons; dense {dense}", Shares, ways);
            outcomes.Add(Judge(Search(model.Name), results, (Tyr, Uniform, 1 + 1e-12), dense));
            outcomes.Add(Judge(Local(model.Name), results, (Uniform, Wanda, 1)));
            outcomes.Add(Judge(Activations(model.Name), results, (Wanda, Magnitude, 1)));
            if (!context.Quick)
                outcomes.Add(Judge(Iterations(model.Name), results, (Tyr, First, IterationSlack)));
            double[] shares = context.Quick ? [0.5] : Shares;
            Table(tables, $"Saliency of the local pruner on {model.Name}, uniform share, dense inputs", shares,
            [
                ("one at a time", Plain("obs", "solve")), ("16 rounds", Plain("obs:rounds=16", "solve")),
                ("one at a time, first order added", Plain("obs:saliency=first-plus-second", "solve")), ("16 rounds, first order added", Plain("obs:saliency=first-plus-second,rounds=16", "solve")),
            ]);
            Table(tables, $"Heads and neurons of {model.Name} apart, uniform share, no update", shares,
            [
                ("heads by magnitude", Plain("magnitude", "none", StructureKinds.Heads)), ("heads by Wanda", Plain("wanda", "none", StructureKinds.Heads)),
                ("neurons by magnitude", Plain("magnitude", "none", StructureKinds.Neurons)), ("neurons by Wanda", Plain("wanda", "none", StructureKinds.Neurons)),
            ]);
        }

        private Dictionary<(double Share, string Way), Sample> Table(List<ExperimentTable> tables, string title, double[] shares, (string Name, Recipe Recipe)[] ways)
        {
            var results = new Dictionary<(double Share, string Way), Sample>();
            foreach (var share in shares)
                foreach (var (name, recipe) in ways)
                {
                    progress?.Report(new ProgressReport($"{model.Name}: {name} at {Percent(share)}", results.Count, shares.Length * ways.Length));
                    results[(share, name)] = Measure(recipe with { Sparsity = share });
                }
            tables.Add(new ExperimentTable(title, ["removed", .. ways.Select(way => way.Name)],
                [.. shares.Select(share => (IReadOnlyList<string>)[Percent(share), .. ways.Select(way => results[(share, way.Name)].ToString())])]));
            return results;
        }

        private Sample Measure(Recipe? recipe)
        {
            var key = recipe?.ToJson() ?? "";
            if (!_known.TryGetValue(key, out var sample))
                _known[key] = sample = new Sample([.. context.Seeds.Select(seed => Perplexity(recipe, seed))]);
            return sample;
        }

        private double Perplexity(Recipe? recipe, ulong seed)
        {
            var checkpoint = recipe is null
                ? model.Checkpoint
                : StructurePruner.Plan(model.Checkpoint, recipe with { Seed = seed }, _calibrations[seed], statistics, cancellation: cancellation).Apply(model.Checkpoint);
            return model.Perplexity(TransformerModel.Load(checkpoint, null, cancellation), seed, context.Quick ? 3000 : 16000, cancellation);
        }
    }

    private static Recipe Plain(string score, string update, StructureKinds kinds = StructureKinds.Neurons | StructureKinds.Heads) => new()
    {
        Score = MethodChoice.Parse(score), Update = new MethodChoice(update), Pattern = new StructuredPattern(kinds, 8),
    };

    private static Recipe Searched(SearchSize size) => Plain("obs", "solve") with { Allocation = size.Choice };

    private static ClaimOutcome Judge(Claim claim, Dictionary<(double Share, string Way), Sample> results, (string Lower, string Higher, double Slack) order, Sample? floor = null)
    {
        var faults = new List<string>();
        foreach (var share in Shares)
        {
            var (lower, higher) = (results[(share, order.Lower)], results[(share, order.Higher)]);
            if (!lower.IsBelow(higher, order.Slack))
                faults.Add($"{Percent(share)}: {lower} against {higher}");
            if (floor is not null && !floor.IsBelow(lower))
                faults.Add($"{Percent(share)}: {lower} against {floor} of the dense model");
        }
        return new ClaimOutcome(claim, faults.Count == 0 ? Verdict.Holds : Verdict.Fails,
            string.Join("; ", faults.Count > 0 ? faults : Shares.Select(share => $"{Percent(share)}: {results[(share, order.Lower)]} against {results[(share, order.Higher)]}")));
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    /// <summary>How long the search is: minutes on two cores, or seconds.</summary>
    internal sealed record SearchSize(int Iterations, int Generations, int Offspring, string Tokens, string Survivors, int Sequences)
    {
        public static SearchSize Full { get; } = new(3, 15, 16, "[256, 1024, 4096]", "[4, 2, 1]", 128);

        public static SearchSize Quick { get; } = new(2, 5, 12, "[192, 768]", "[3, 1]", 24);

        public MethodChoice Choice => new("search", string.Create(CultureInfo.InvariantCulture,
            $"{{\"iterations\": {Iterations}, \"generations\": {Generations}, \"offspring\": {Offspring}, \"tokens\": {Tokens}, \"survivors\": {Survivors}}}"));
    }
}
