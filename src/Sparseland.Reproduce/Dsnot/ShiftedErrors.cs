using System.Globalization;
using Sparseland.Masks;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Dsnot;

/// <summary>Errors of one synthetic layer's output before and after DSnoT, with and without means of the channels: when it helps, and when it harms.</summary>
internal static class ShiftedErrors
{
    // Without means there is no expected error to correct, but for the chance of the calibration itself.
    private const double Still = 1.05;

    private static readonly (string Name, string Update)[] Updates =
        [("Wanda", "none"), ("DSnoT", "dsnot:guard=false"), ("no sign check, absolute eps", "dsnot:guard=false,sameSign=false,epsMode=absolute"), ("guarded", "dsnot"), ("no sign check, absolute eps, guarded", "dsnot:sameSign=false,epsMode=absolute"), ("no sign check, relative eps", "dsnot:guard=false,sameSign=false")];

    private static readonly (string Name, Pattern Pattern, double Sparsity, double Shift)[] Cases =
    [
        ("50 %", Pattern.Unstructured, 0.5, 1), ("70 %", Pattern.Unstructured, 0.7, 1), ("2:4", new NofMPattern(2, 4), 0.5, 1),
        ("50 %, means of zero", Pattern.Unstructured, 0.5, 0), ("70 %, means of zero", Pattern.Unstructured, 0.7, 0),
    ];

    public static Claim Halves { get; } = new("layer-mean", "layer error, synthetic, channels with means: at 50 and 70 % the mean error falls by a factor of 2 or more, and the squared error falls too");

    public static Claim Harms { get; } = new("layer-sign", "layer error, synthetic, channels with means: without the sign check and with an absolute eps, the authors' unstructured default, the mean error falls, but the squared error rises (an honest negative)");

    public static Claim Sooner { get; } = new("layer-relative", "layer error, synthetic, channels with means: without the sign check but with a relative eps, at 50 and 70 % the mean error falls for every seed and the squared error on average (rows stop sooner)");

    public static Claim NoHelp { get; } = new("layer-zero", "layer error, synthetic, means of zero: the squared error changes by less than 5 % either way (there is nothing to correct)");

    public static Claim Guarded { get; } = new("layer-guard", "layer error, synthetic: guarded, the squared error is never more than 1 % above Wanda's, the sign check on or off");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress)
    {
        var (squaredRows, meanRows) = (new List<IReadOnlyList<string>>(), new List<IReadOnlyList<string>>());
        var faults = new Dictionary<Claim, List<string>> { [Halves] = [], [Harms] = [], [Sooner] = [], [NoHelp] = [], [Guarded] = [] };
        foreach (var (name, pattern, sparsity, shift) in Cases)
        {
            progress?.Report(new ProgressReport($"layer errors at {name}", 0, 0));
            var layers = context.Seeds.Select(seed => new ShiftedLayer(seed, shift)).ToArray();
            var errors = Updates.Select(update => layers.Select(layer => layer.Errors(update.Update, pattern, sparsity)).ToArray()).ToArray();
            var squared = errors.Select(one => new Sample([.. one.Select(pair => pair.Squared)])).ToArray();
            var mean = errors.Select(one => new Sample([.. one.Select(pair => pair.Mean)])).ToArray();
            squaredRows.Add([name, .. squared.Select(sample => sample.ToString())]);
            meanRows.Add([name, .. mean.Select(sample => sample.ToString())]);
            void Expect(Claim claim, bool holds, int update)
            {
                if (!holds)
                    faults[claim].Add($"{name}: {Updates[update].Name} {squared[update]} squared and {mean[update]} mean against {squared[0]} and {mean[0]}");
            }
            if (shift == 0)
                Expect(NoHelp, squared[0].IsBelow(squared[1], Still) && squared[1].IsBelow(squared[0], Still), 1);
            else if (pattern is UnstructuredPattern)
            {
                Expect(Halves, mean[1].IsBelow(mean[0], 0.5) && squared[1].IsBelow(squared[0]), 1);
                Expect(Sooner, mean[5].IsBelow(mean[0]) && squared[5].Mean < squared[0].Mean, 5);
                Expect(Harms, mean[2].IsBelow(mean[0]) && squared[0].IsBelow(squared[2]), 2);
            }
            Expect(Guarded, squared[3].IsBelow(squared[0], 1.01), 3);
            Expect(Guarded, squared[4].IsBelow(squared[0], 1.01), 4);
        }
        string[] columns = ["", .. Updates.Select(update => update.Name)];
        tables.Add(new ExperimentTable("Relative squared output error of one layer (128 correlated inputs, 64 outputs)", columns, squaredRows));
        tables.Add(new ExperimentTable("Mean error of the same: the mean over outputs of |mean over tokens of dense − sparse|", columns, meanRows));
        foreach (var (claim, found) in faults)
            outcomes.Add(new ClaimOutcome(claim, found.Count == 0 ? Verdict.Holds : Verdict.Fails, found.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"for each of {context.Seeds.Count} seeds") : string.Join("; ", found)));
    }
}
