using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Structures;

public sealed class StructurePrunerTests
{
    public static TheoryData<string> Names => Architectures.Names;

    private static Recipe Cfsp(string pattern = "neurons:4", double sparsity = 0.4, string score = "cfsp", string allocation = "cfsp", string update = "none") => new()
    {
        Score = MethodChoice.Parse(score), Allocation = MethodChoice.Parse(allocation), Pattern = Pattern.Parse(pattern), Update = new MethodChoice(update), Sparsity = sparsity,
    };

    [Theory, MemberData(nameof(Names))]
    public void The_folder_holds_the_planned_model_and_the_report_counts_it(string name)
    {
        using var fixture = new PruningFixture(name);
        var recipe = Cfsp("neurons:4+heads");
        var result = ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = fixture.Output, Calibration = fixture.Calibration },
            null, TestContext.Current.CancellationToken);
        var plan = StructurePruner.Plan(fixture.Checkpoint, recipe, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        using var read = Checkpoint.Open(fixture.Output);
        var compacted = plan.Apply(fixture.Checkpoint);
        foreach (var tensor in compacted.Tensors)
            Assert.Equal(compacted.LoadTensor(tensor.Name).Span.ToArray(), read.LoadTensor(tensor.Name).Span.ToArray());
        TransformerModelTests.AssertClose([.. fixture.Logits(TransformerModel.Load(compacted)).Select(x => (double)x)], fixture.Logits(TransformerModel.Load(read)));
        var report = PruneReport.Read(Path.Combine(fixture.Output, PruneReport.FileName));
        Assert.Equal(read.Tensors.Sum(tensor => tensor.Shape.Length), report.Structures!.After.Total);
        Assert.Equal(fixture.Checkpoint.Tensors.Sum(tensor => tensor.Shape.Length), report.Structures.Before.Total);
        Assert.Equal(plan.Sets.Select(set => set.Kept.Indices.Count), result.Report.Structures!.Layers.Select(layer => layer.Kept));
        Assert.InRange(report.Structures.FeedForwardRatio, 0.3, 0.5);
        Assert.True(report.Structures.ModelRatio < Math.Max(report.Structures.FeedForwardRatio, report.Structures.AttentionRatio));
        Assert.Equal(["README.md", "config.json", "model.safetensors", "recipe.json", "report.json"], Directory.GetFiles(fixture.Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_ratio_of_nothing_changes_no_bit(string name)
    {
        using var fixture = new PruningFixture(name);
        ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = Cfsp("neurons+heads", 0), Output = fixture.Output, Calibration = fixture.Calibration },
            null, TestContext.Current.CancellationToken);
        using var read = Checkpoint.Open(fixture.Output);
        foreach (var tensor in fixture.Checkpoint.Tensors)
            Assert.Equal(fixture.Checkpoint.LoadTensor(tensor.Name).Span.ToArray(), read.LoadTensor(tensor.Name).Span.ToArray());
    }

    [Theory]
    [InlineData("cfsp", "cfsp", "none")]
    [InlineData("cfsp:form=authors", "uniform", "none")]
    [InlineData("wanda", "owl:lambda=0.05", "none")]
    [InlineData("magnitude", "uniform", "none")]
    [InlineData("flap", "global", "bias")]
    [InlineData("random", "cfsp:metric=mae", "bias")]
    [InlineData("obs", "global:standardise=false", "solve")]
    [InlineData("obs:rounds=16", "uniform", "solve")]
    [InlineData("wanda", "cfsp", "solve")]
    public void Every_combination_keeps_the_total_that_was_asked_for(string score, string allocation, string update)
    {
        using var fixture = new PruningFixture("llama1");
        var plan = StructurePruner.Plan(fixture.Checkpoint, Cfsp("neurons:4", 0.3, score, allocation, update), fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        var wanted = 0.7 * fixture.Configuration.FeedForwardWidth * fixture.Configuration.BlockCount;
        Assert.InRange(plan.Sets.Sum(set => set.Kept.Indices.Count), wanted - 2.5, wanted + 2.5);
        Assert.All(plan.Sets, set => Assert.Equal(0, set.Kept.Indices.Count % 4));
        Assert.Equal(update == "bias" ? plan.Sets.Count(set => !set.Kept.IsWhole) : 0, plan.AddedBiases.Count);
        Assert.Equal(update == "solve" ? plan.Sets.Count(set => !set.Kept.IsWhole) : 0, plan.NewWeights.Count);
    }

    [Theory]
    [InlineData("cfsp")]
    [InlineData("cfsp:form=authors")]
    [InlineData("wanda")]
    [InlineData("flap")]
    public void Neurons_that_never_fire_go_first(string score)
    {
        using var fixture = new PruningFixture("llama2");
        int[] dead = [3, 17, 40, 43];
        foreach (var neuron in dead)
            fixture.Checkpoint.Values["model.layers.1.mlp.gate_proj.weight"].Matrix.Row(neuron).Clear();
        var plan = StructurePruner.Plan(fixture.Checkpoint, Cfsp("neurons:1", 4.0 / 44, score, "uniform"), fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 44).Except(dead), plan.Sets[1].Kept.Indices);
    }

    [Fact]
    public void A_block_that_hardly_turns_the_hidden_state_becomes_the_narrowest()
    {
        using var fixture = new PruningFixture("llama2", blocks: 6);
        foreach (var block in new[] { 2, 4 })
            foreach (var name in new[] { "self_attn.o_proj", "mlp.down_proj" })
            {
                var weights = fixture.Checkpoint.Values[TensorNames.Weight(block, name)].Span;
                TensorPrimitives.Multiply(weights, 0.02f, weights);
            }
        var plan = StructurePruner.Plan(fixture.Checkpoint, Cfsp("neurons:1", 0.5), fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([2, 4], plan.Sets.OrderBy(set => set.Kept.Indices.Count).Take(2).Select(set => set.Kept.Set.Block).Order());
        Assert.Equal(132, plan.Sets.Sum(set => set.Kept.Indices.Count));
    }

    [Fact]
    public void A_bias_stands_in_for_neurons_that_always_say_the_same()
    {
        using var fixture = new PruningFixture("biased llama");
        int[] constant = [5, 11, 30, 38];
        for (var block = 0; block < 3; block++)
            foreach (var neuron in constant)
                foreach (var name in new[] { "mlp.gate_proj", "mlp.up_proj" })
                {
                    fixture.Checkpoint.Values[TensorNames.Weight(block, name)].Matrix.Row(neuron).Clear();
                    fixture.Checkpoint.Values[TensorNames.Bias(block, name)].Span[neuron] = 1.5f;
                }
        var plan = StructurePruner.Plan(fixture.Checkpoint, Cfsp("neurons:1", 4.0 / 44, "flap", "uniform", "bias"), fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        Assert.All(plan.Sets, set => Assert.Equal(Enumerable.Range(0, 44).Except(constant), set.Kept.Indices));
        var expected = fixture.Logits(fixture.Checkpoint.ToModel()).Select(x => (double)x).ToArray();
        TransformerModelTests.AssertClose(expected, fixture.Logits(TransformerModel.Load(plan.Apply(fixture.Checkpoint))));
    }

    [Theory, MemberData(nameof(Names))]
    public void Solved_weights_are_written_and_say_what_the_dense_model_with_them_in_place_says(string name)
    {
        using var fixture = new PruningFixture(name);
        var recipe = Cfsp("neurons:4+heads", 0.4, "obs", "uniform", "solve");
        ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = fixture.Output, Calibration = fixture.Calibration }, null, TestContext.Current.CancellationToken);
        var plan = StructurePruner.Plan(fixture.Checkpoint, recipe, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        var values = fixture.Checkpoint.Values.ToDictionary(pair => pair.Key, pair => pair.Value.Copy());
        foreach (var kept in plan.Sets.Select(set => set.Kept).Where(kept => !kept.IsWhole))
        {
            var weights = values[kept.Set.ConsumerWeight].Matrix;
            var solved = plan.NewWeights[kept.Set.ConsumerWeight]();
            int[] columns = [.. kept.Indices.SelectMany(index => Enumerable.Range(index * kept.Set.Consumer.Extent, kept.Set.Consumer.Extent))];
            for (var row = 0; row < weights.Rows; row++)
            {
                weights.Row(row).Clear();
                for (var i = 0; i < columns.Length; i++)
                    weights[row, columns[i]] = solved.Matrix[row, i];
            }
        }
        using var read = Checkpoint.Open(fixture.Output);
        var expected = fixture.Logits(new InMemoryCheckpoint(fixture.Configuration, values).ToModel()).Select(x => (double)x).ToArray();
        TransformerModelTests.AssertClose(expected, fixture.Logits(TransformerModel.Load(read)), 1e-5);
        TransformerModelTests.AssertClose(expected, fixture.Logits(TransformerModel.Load(plan.Apply(fixture.Checkpoint))), 1e-5);
    }

    [Fact]
    public void A_model_without_biases_gains_them_where_its_file_can_say_so_and_the_recipe_is_refused_elsewhere()
    {
        using (var fixture = new PruningFixture("llama2"))
        {
            ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = Cfsp("neurons:4+heads", 0.4, "flap", "uniform", "bias"), Output = fixture.Output, Calibration = fixture.Calibration },
                null, TestContext.Current.CancellationToken);
            using var read = Checkpoint.Open(fixture.Output);
            Assert.True(read.Configuration is { FeedForwardBias: true, AttentionOutputBias: true });
            Assert.Contains(read.LoadTensor("model.layers.2.mlp.down_proj.bias").Span.ToArray(), value => value != 0);
            Assert.All(read.LoadTensor("model.layers.2.mlp.up_proj.bias").Span.ToArray(), value => Assert.Equal(0, value));
        }
        using var mistral = new PruningFixture("mistral");
        var fault = Assert.Throws<InvalidSettingException>(() => ModelPruner.Plan(mistral.Checkpoint, Cfsp(update: "bias")));
        Assert.Contains("no place for them", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_keep_layers_whole_and_the_plan_lists_whole_sets()
    {
        using var fixture = new PruningFixture("llama2");
        var recipe = Cfsp("neurons:4", 0.5, allocation: "uniform") with { Rules = [new RecipeRule("*.layers.1.mlp.down_proj.weight") { Skip = true }] };
        var plan = StructurePruner.Plan(fixture.Checkpoint, recipe, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([44, 44], new[] { plan.Sets[1].Kept.Indices.Count, plan.Sets[0].Kept.Indices.Count + plan.Sets[2].Kept.Indices.Count });
        var listed = ModelPruner.Plan(fixture.Checkpoint, recipe);
        Assert.False(listed["model.layers.1.mlp.up_proj.weight"].Prunes);
        Assert.True(listed["model.layers.2.mlp.up_proj.weight"].Prunes);
        Assert.False(listed["model.layers.2.self_attn.q_proj.weight"].Prunes);
    }

    [Fact]
    public void Without_calibration_text_only_scores_of_weights_are_possible()
    {
        using var fixture = new PruningFixture("gpt2");
        Assert.Throws<InvalidSettingException>(() => StructurePruner.Plan(fixture.Checkpoint, Cfsp(), null, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<InvalidSettingException>(() => StructurePruner.Plan(fixture.Checkpoint, new Recipe(), fixture.Calibration, cancellation: TestContext.Current.CancellationToken));
        var plan = StructurePruner.Plan(fixture.Checkpoint, Cfsp(score: "magnitude", allocation: "uniform"), null, cancellation: TestContext.Current.CancellationToken);
        // 76.8 of 128 each: two blocks round down, one up, so that the sum is as near as steps of four permit.
        Assert.Equal([80, 76, 76], plan.Sets.Select(set => set.Kept.Indices.Count));
    }
}
