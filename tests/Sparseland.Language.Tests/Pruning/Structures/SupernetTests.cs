using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Structures;

public sealed class SupernetTests
{
    private static readonly Recipe Local = new() { Score = new MethodChoice("obs"), Update = new MethodChoice("solve"), Pattern = Pattern.Parse("neurons:4+heads"), Sparsity = 0.5 };

    public static TheoryData<string> Names => Architectures.Names;

    private static SupernetRequest Request(PruningFixture fixture, Recipe? recipe = null, CalibrationSet? calibration = null)
    {
        var sets = StructureSet.Of(fixture.Configuration, StructureKinds.Neurons | StructureKinds.Heads);
        return new SupernetRequest(fixture.Checkpoint, recipe ?? Local, calibration ?? fixture.Calibration, sets,
            [.. sets.Select(set => LevelRange.Around(set.Count, 1, (set.Count + 1) / 2, Math.Max(1, set.Count / 8), 5))]);
    }

    private static Supernet Build(SupernetRequest request) => Supernet.Build(request, null, TestContext.Current.CancellationToken);

    [Theory, MemberData(nameof(Names))]
    public void Any_choice_of_levels_is_a_model_and_its_parameters_are_counted(string name)
    {
        using var fixture = new PruningFixture(name);
        var supernet = Build(Request(fixture));
        foreach (var pick in new[] { 0, 1 })
        {
            int[] levels = [.. supernet.Ranges.Select((range, set) => (set + pick) % 2 == 0 ? range.Lowest : range.Highest)];
            var compacted = supernet.Compact(levels);
            var removed = supernet.Sets.Select((set, i) => (set.Count - supernet.Ranges[i].KeptAt(levels[i])) * set.ParametersEach(fixture.Configuration)).Sum();
            Assert.Equal(ParameterCount.Of(fixture.Configuration).Total - removed, ParameterCount.Of(compacted.Configuration).Total);
            Assert.All(fixture.Logits(TransformerModel.Load(compacted)), value => Assert.True(float.IsFinite(value)));
        }
    }

    [Fact]
    public void Levels_are_nested_and_cost_more_the_sparser_they_are()
    {
        using var fixture = new PruningFixture("llama2");
        var supernet = Build(Request(fixture));
        for (var set = 0; set < supernet.Sets.Count; set++)
            foreach (var level in supernet.Ranges[set].Levels.Skip(1))
                Assert.Subset(supernet.Load(set, level - 1).Kept.Indices.ToHashSet(), supernet.Load(set, level).Kept.Indices.ToHashSet());
    }

    [Theory]
    [InlineData("solve")]
    [InlineData("none")]
    [InlineData("bias")]
    public void Errors_accumulate_so_later_blocks_are_pruned_on_other_inputs(string update)
    {
        using var fixture = new PruningFixture("llama2");
        var recipe = Local with { Score = new MethodChoice(update == "solve" ? "obs" : "flap"), Update = new MethodChoice(update) };
        var expected = Build(Request(fixture, recipe));
        var centre = Build(Request(fixture, recipe) with { ExpectedInputs = false });
        var dense = Build(Request(fixture, recipe with { Calibration = new CalibrationSettings { DenseInputs = true } }));
        if (update == "solve")
        {
            Assert.Equal(Weights(dense, 1), Weights(expected, 1));
            Assert.NotEqual(Weights(dense, 3), Weights(expected, 3));
            Assert.NotEqual(Weights(centre, 3), Weights(expected, 3));
        }
        else if (update == "bias")
        {
            Assert.Equal(dense.Load(0, 0).AddedBias!, expected.Load(0, 0).AddedBias!);
            Assert.NotEqual(dense.Load(4, 0).AddedBias!, expected.Load(4, 0).AddedBias!);
        }
        else
        {
            Assert.Null(expected.Load(3, 0).Weights);
        }

        static float[] Weights(Supernet supernet, int set) => supernet.Load(set, supernet.Ranges[set].Highest).Weights!.Span.ToArray();
    }

    [Fact]
    public void A_supernet_on_disk_holds_the_same_levels_and_is_not_built_twice()
    {
        using var fixture = new PruningFixture("llama2");
        var inMemory = Build(Request(fixture));
        var request = Request(fixture) with { Folder = fixture.Output };
        var onDisk = Build(request);
        AssertSame(inMemory, onDisk);
        var files = Directory.GetFiles(fixture.Output, "*.level", SearchOption.AllDirectories);
        var times = files.Select(File.GetLastWriteTimeUtc).ToArray();
        foreach (var file in files.Where((_, index) => index % 3 == 0))
            File.Delete(file);
        AssertSame(inMemory, Build(request));
        Assert.Equal(files.Order(), Directory.GetFiles(fixture.Output, "*.level", SearchOption.AllDirectories).Order());
        Assert.DoesNotContain(Directory.GetFiles(fixture.Output), file => file.EndsWith(".work", StringComparison.Ordinal));
        Assert.Equal(times.Length, files.Length);
    }

    [Fact]
    public void Levels_of_another_model_calibration_or_score_are_refused()
    {
        using var fixture = new PruningFixture("llama2");
        var request = Request(fixture) with { Folder = fixture.Output };
        Build(request);
        Assert.Throws<MismatchException>(() => Build(request with { Calibration = fixture.Sequences(6, 20, 2) }));
        Assert.Throws<MismatchException>(() => Build(request with { Recipe = Local with { Score = new MethodChoice("cfsp") } }));
        Assert.Throws<MismatchException>(() => Build(request with { ExpectedInputs = false }));
        fixture.Checkpoint.Values["model.layers.1.mlp.up_proj.weight"].Span[0] += 1;
        var fault = Assert.Throws<MismatchException>(() => Build(request));
        Assert.Contains("another model", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_levels_are_named()
    {
        using var fixture = new PruningFixture("llama2");
        var request = Request(fixture) with { Folder = fixture.Output };
        Build(request);
        var file = Directory.GetFiles(fixture.Output, "*.level", SearchOption.AllDirectories).First();
        var bytes = File.ReadAllBytes(file);
        foreach (var damaged in new[] { bytes[..20], bytes[..^4], [.. bytes, 0], [.. bytes.Select((value, index) => index == 44 ? (byte)99 : value)] })
        {
            File.WriteAllBytes(file, damaged);
            Assert.Contains(file, Assert.Throws<InvalidFileException>(() => Build(request)).Message, StringComparison.Ordinal);
        }
    }

    private static void AssertSame(Supernet expected, Supernet actual)
    {
        for (var set = 0; set < expected.Sets.Count; set++)
            foreach (var level in expected.Ranges[set].Levels)
            {
                var (a, b) = (expected.Load(set, level), actual.Load(set, level));
                Assert.Equal(a.Kept.Indices, b.Kept.Indices);
                Assert.Equal(a.Weights?.Span.ToArray(), b.Weights?.Span.ToArray());
            }
    }
}
