using Sparseland.Chance;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Comparing;

/// <summary>A small random model whose tokens are characters, with texts for every seed and a folder that goes when the test ends.</summary>
internal sealed class ComparisonFixture : IDisposable
{
    private const int Vocabulary = 61;

    public InMemoryCheckpoint Checkpoint { get; } = InMemoryCheckpoint.Random(Architectures.Get("llama2") with { BlockCount = 1, Width = 64, FeedForwardWidth = 480, HeadWidth = 16 });

    public string Folder { get; } = Directory.CreateTempSubdirectory("sparseland-comparing-").FullName;

    public string Output => Path.Combine(Folder, "out");

    /// <summary>Magnitude-like recipes of 16-bit values, calibrated on a few short sequences.</summary>
    public static Recipe Recipe(string score = "wanda", string allocation = "uniform", string update = "none", string pattern = "unstructured", double sparsity = 0.5) => new()
    {
        Score = new MethodChoice(score), Allocation = MethodChoice.Parse(allocation), Update = MethodChoice.Parse(update), Pattern = Pattern.Parse(pattern), Sparsity = sparsity,
        Values = ElementType.BFloat16, Calibration = new CalibrationSettings { Sequences = 4, Length = 24 },
    };

    public static Contestant Named(string name, Recipe recipe) => new(name, ContestantKind.Recipe, recipe);

    public static CalibrationSet Calibration(ulong seed, int sequences = 4, int length = 24)
    {
        var chance = new RandomStream(seed, "calibration");
        return new CalibrationSet([.. Enumerable.Range(0, sequences).Select(_ => Enumerable.Range(0, length).Select(_ => chance.NextInt(Vocabulary)).ToArray())], "chance");
    }

    public static ComparisonData Data(ulong seed)
    {
        var chance = new RandomStream(seed, "evaluation");
        var text = new string([.. Enumerable.Range(0, 200).Select(_ => (char)chance.NextInt(Vocabulary))]);
        return new ComparisonData(seed, Calibration(seed), new EvaluationData($"chance {seed}", [new EvaluationText(text)], PerplexityProtocol.NonOverlapping(40), null));
    }

    public ComparisonRequest Request(params IReadOnlyList<Contestant> recipes) => new()
    {
        Checkpoint = Checkpoint,
        Tokenizer = new Characters(),
        Recipes = recipes,
        Seeds = [1, 2, 3],
        Data = Data,
        Budget = new ComparisonBudget(EqualBy.Bytes, []),
        Output = Output,
        Timing = null,
        Clock = new StandingClock(),
    };

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Time does not pass, so that costs are the same in every run.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
