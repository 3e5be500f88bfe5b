using Sparseland.Errors;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning;

public class PruningPlanTests
{
    private readonly InMemoryCheckpoint _checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2"));

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Every_tensor_of_every_architecture_has_a_decision_and_only_linear_layers_of_blocks_are_pruned(string architecture)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(architecture));
        var plan = ModelPruner.Plan(checkpoint, new Recipe { Sparsity = 0.6 });
        Assert.Equal(checkpoint.Tensors.Select(tensor => tensor.Name), plan.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(PruningPlan.PrunableMatrices(checkpoint.Configuration).Select(matrix => matrix.Name).Order(), plan.Tensors.Where(tensor => tensor.Prunes).Select(tensor => tensor.Name).Order());
        Assert.All(plan.Tensors, tensor => Assert.NotEmpty(tensor.Rule));
        Assert.Equal(0.6, plan.Sparsity, 1e-9);
    }

    [Fact]
    public void The_last_rule_that_matches_holds_and_is_named()
    {
        var plan = ModelPruner.Plan(_checkpoint, new Recipe
        {
            Rules = [new RecipeRule("model.layers.0.*") { Skip = true }, new RecipeRule("*.down_proj.weight") { Sparsity = 0.25 }, new RecipeRule("*.2.*up_proj.weight") { Pattern = new NofMPattern(1, 4) }],
        });
        Assert.False(plan["model.layers.0.mlp.up_proj.weight"].Prunes);
        Assert.Equal(0.25, plan["model.layers.0.mlp.down_proj.weight"].Sparsity);
        Assert.Equal((0.75, "1:4"), (plan["model.layers.2.mlp.up_proj.weight"].Sparsity, plan["model.layers.2.mlp.up_proj.weight"].Pattern!.ToString()));
        Assert.Contains("down_proj", plan["model.layers.1.mlp.down_proj.weight"].Rule);
        Assert.Contains("uniform", plan["model.layers.1.mlp.up_proj.weight"].Rule);
    }

    [Theory]
    [InlineData("*.nothing.*", false, "matches no tensor")]
    [InlineData("model.norm.weight", false, "never pruned")]
    [InlineData("*", true, "nothing is left to prune")]
    public void A_rule_that_matches_nothing_is_an_error(string tensors, bool skip, string expected)
    {
        var recipe = new Recipe { Rules = [skip ? new RecipeRule(tensors) { Skip = true } : new RecipeRule(tensors) { Sparsity = 0.5 }] };
        Assert.Contains(expected, Assert.Throws<InvalidSettingException>(() => ModelPruner.Plan(_checkpoint, recipe)).Message);
    }

    [Fact]
    public void A_pattern_that_does_not_divide_names_the_tensor_and_the_way_out()
    {
        var message = Assert.Throws<InvalidSettingException>(() => ModelPruner.Plan(_checkpoint, new Recipe { Pattern = new NofMPattern(4, 8) })).Message;
        Assert.Contains("down_proj.weight", message);
        Assert.Contains("skip", message);
    }

    [Fact]
    public void An_allocation_by_hand_becomes_counts_of_a_group()
    {
        var plan = ModelPruner.Plan(_checkpoint, new Recipe { Pattern = new NofMPattern(2, 4), Allocation = new MethodChoice("given", """{"blocks":[0,0.5,0.75]}""") });
        Assert.False(plan["model.layers.0.self_attn.q_proj.weight"].Prunes);
        Assert.Equal("2:4", plan["model.layers.1.self_attn.q_proj.weight"].Pattern!.ToString());
        Assert.Equal("1:4", plan["model.layers.2.self_attn.q_proj.weight"].Pattern!.ToString());
    }

    [Fact]
    public void What_an_allocation_will_decide_later_is_said()
    {
        var plan = ModelPruner.Plan(_checkpoint, new Recipe { Allocation = new MethodChoice("owl") });
        Assert.False(plan.IsFinal);
        Assert.Contains("after calibration", plan["model.layers.1.mlp.up_proj.weight"].Rule);
    }

    [Fact]
    public void A_layout_that_cannot_hold_the_mask_is_refused() =>
        Assert.Contains("unstructured", Assert.Throws<InvalidSettingException>(() => ModelPruner.Plan(_checkpoint, new Recipe { Layout = "2:4" })).Message);

    [Theory]
    [InlineData("block 3x7 4", "layout")]
    [InlineData("dense", "int8")]
    [InlineData("csr", "int8")]
    public void A_layout_that_cannot_hold_the_values_is_refused_before_anything_is_done(string layout, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<SparselandException>(() => ModelPruner.Plan(_checkpoint, new Recipe { Layout = layout, Values = Sparseland.Layouts.ElementType.Int8 })).Message);
}
