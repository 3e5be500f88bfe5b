using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public class DsnotUpdateTests
{
    [Fact]
    public void After_any_score_and_pattern_the_counts_stay_and_every_weight_that_stays_is_the_dense_one()
    {
        var layer = new ShiftedLayer();
        foreach (var entry in Methods.Scores.Entries)
            foreach (var pattern in new Pattern[] { Pattern.Unstructured, new NofMPattern(2, 4) })
            {
                var first = Apply(layer.Problem(), "none", entry.Name, pattern);
                var refined = Apply(layer.Problem(), "dsnot:guard=false", entry.Name, pattern);
                Assert.NotEqual(first.Mask.Words.ToArray(), refined.Mask.Words.ToArray());
                Assert.Null(pattern.FirstViolation(refined.Mask));
                for (var row = 0; row < first.Mask.Rows; row++)
                {
                    Assert.Equal(PlainDsnot.Row(first.Mask, row).Count(kept => kept), PlainDsnot.Row(refined.Mask, row).Count(kept => kept));
                    for (var column = 0; column < first.Mask.Columns; column++)
                        Assert.Equal(refined.Mask[row, column] ? layer.Weights.Matrix[row, column] : 0f, refined.Weights.Matrix[row, column]);
                }
            }
    }

    [Fact]
    public void The_guard_keeps_the_refined_mask_where_it_errs_less_on_held_out_tokens()
    {
        var layer = new ShiftedLayer();
        var guarded = Apply(layer.Problem(), "dsnot", "wanda", Pattern.Unstructured);
        Assert.Equal(Apply(layer.Problem(), "dsnot:guard=false", "wanda", Pattern.Unstructured).Mask.Words.ToArray(), guarded.Mask.Words.ToArray());
        Assert.Contains(guarded.Notes, note => note.Contains("swaps per row", StringComparison.Ordinal) && note.Contains("mean |E|", StringComparison.Ordinal));
        Assert.Contains(guarded.Notes, note => note.Contains("256 held-out tokens", StringComparison.Ordinal) && note.EndsWith("the refined mask stays", StringComparison.Ordinal));
        Assert.NotNull(guarded.Loss);
    }

    [Fact]
    public void The_guard_keeps_the_first_mask_where_the_refined_one_errs_more_and_says_what_it_costs()
    {
        var layer = new ShiftedLayer();
        var first = Apply(layer.Problem(), "none", "wanda", Pattern.Unstructured);
        var guarded = Apply(layer.Problem(), "dsnot:sameSign=false,epsMode=absolute", "wanda", Pattern.Unstructured);
        Assert.Equal(first.Mask.Words.ToArray(), guarded.Mask.Words.ToArray());
        Assert.Contains(guarded.Notes, note => note.EndsWith("the first mask stays", StringComparison.Ordinal));
        // The loss from the definition: held-out are the last 128 of every 512 tokens; 8 sequences of 128.
        var error = 0.0;
        for (var token = 0; token < 1024; token++)
            for (var row = 0; row < first.Mask.Rows && token % 512 >= 384; row++)
            {
                var output = Enumerable.Range(0, first.Mask.Columns).Where(column => !first.Mask[row, column]).Sum(column => (double)layer.Inputs.Matrix[token, column] * layer.Weights.Matrix[row, column]);
                error += output * output;
            }
        Assert.Equal(error * 4 / 8, guarded.Loss!.Value, 1e-3 * error);
    }

    [Fact]
    public void A_calibration_too_short_to_hold_anything_out_leaves_the_first_mask_and_says_so()
    {
        var layer = new ShiftedLayer(tokens: 384);
        var outcome = Apply(layer.Problem(), "dsnot", "wanda", Pattern.Unstructured);
        Assert.Equal(Apply(layer.Problem(), "none", "wanda", Pattern.Unstructured).Mask.Words.ToArray(), outcome.Mask.Words.ToArray());
        Assert.Contains(outcome.Notes, note => note.Contains("too short", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mlp", "model.layers.3.mlp.up_proj.weight", "model.layers.3.self_attn.q_proj.weight")]
    [InlineData("attention", "model.layers.3.self_attn.o_proj.weight", "model.layers.3.mlp.down_proj.weight")]
    public void Skipped_layers_keep_the_first_mask(string skip, string skipped, string refined)
    {
        var layer = new ShiftedLayer(rows: 16);
        var first = Apply(layer.Problem(), "none", "wanda", Pattern.Unstructured).Mask.Words.ToArray();
        Assert.Equal(first, Apply(layer.Problem(skipped), $"dsnot:guard=false,skip={skip}", "wanda", Pattern.Unstructured).Mask.Words.ToArray());
        Assert.NotEqual(first, Apply(layer.Problem(refined), $"dsnot:guard=false,skip={skip}", "wanda", Pattern.Unstructured).Mask.Words.ToArray());
    }

    [Fact]
    public void A_pattern_of_blocks_is_refused_before_there_is_a_model()
    {
        var recipe = new Recipe { Update = new MethodChoice("dsnot"), Pattern = new BlockPattern(4, 4) };
        Assert.Contains("single weights", Assert.Throws<InvalidSettingException>(() => recipe.Validate()).Message);
        var rule = new Recipe { Update = new MethodChoice("dsnot"), Rules = [new RecipeRule("*.down_proj.weight") { Pattern = new BlockPattern(1, 8) }] };
        Assert.Contains("block", Assert.Throws<InvalidSettingException>(() => rule.Validate()).Message);
        new Recipe { Update = new MethodChoice("dsnot"), Pattern = new NofMPattern(2, 4) }.Validate();
        Assert.Throws<InvalidSettingException>(() => Apply(new ShiftedLayer(rows: 8).Problem(), "dsnot", "wanda", new BlockPattern(4, 4)));
    }

    [Fact]
    public void With_the_guard_off_nothing_is_held_out()
    {
        Assert.Equal(StatisticsKind.Moments, Methods.Updates.Create(MethodChoice.Parse("dsnot:guard=false")).Needs);
        Assert.Equal(StatisticsKind.Moments | StatisticsKind.HeldOut, Methods.Updates.Create(new MethodChoice("dsnot")).Needs);
    }

    private static LayerOutcome Apply(LayerProblem problem, string update, string scoreName, Pattern pattern)
    {
        var score = Methods.Scores.Create(new MethodChoice(scoreName));
        return Methods.Updates.Create(MethodChoice.Parse(update)).Apply(problem, score, new MaskRequest(pattern, 0.6, ComparisonGroup.Row, score.Mode));
    }
}
