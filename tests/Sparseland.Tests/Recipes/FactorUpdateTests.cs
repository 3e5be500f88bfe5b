using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Tests.Recipes;

public class FactorUpdateTests
{
    private const int Rows = 256, Columns = 64;

    [Theory]
    [InlineData(false, 0.2, 1.4)]
    [InlineData(false, 0.3, 1.4)]
    [InlineData(false, 0.5, 1.4)]
    [InlineData(true, 0.3, 1.8)]
    [InlineData(true, 0.5, 1.8)]
    public void At_equal_bytes_a_dictionary_beats_the_decomposition_that_knows_the_inputs_and_that_beats_the_plain_one(bool planted, double saved, double factor)
    {
        var layer = new Layer(planted);
        var plain = layer.Error("svd:calibrated=false", saved);
        var aware = layer.Error("svd", saved);
        var dictionary = layer.Error("dictionary:iterations=8", saved);
        TestContext.Current.TestOutputHelper?.WriteLine($"planted {planted}, saved {saved}: plain {plain:G4}, data-aware {aware:G4}, dictionary {dictionary:G4}");
        Assert.True(dictionary * factor <= aware, $"{dictionary} and {aware}");
        Assert.True(aware < plain, $"{aware} and {plain}");
    }

    [Fact]
    public void The_inputs_help_a_dictionary_too()
    {
        var layer = new Layer(planted: false);
        Assert.True(layer.Error("dictionary:iterations=5", 0.3) < layer.Error("dictionary:iterations=5,calibrated=false", 0.3));
    }

    [Theory]
    [InlineData("dictionary:iterations=3")]
    [InlineData("svd")]
    public void The_loss_told_is_the_added_output_error_and_rounding_to_16_bits_adds_little(string update)
    {
        var layer = new Layer(planted: false);
        var exact = layer.Error(update, 0.3, ElementType.Float32, out var told);
        Assert.Equal(told, exact, 0.01 * told);
        var rounded = layer.Error(update, 0.3, ElementType.BFloat16, out told);
        Assert.InRange(rounded, 0.99 * told, 1.05 * told);
    }

    [Theory]
    [InlineData("dictionary:iterations=1", ElementType.BFloat16)]
    [InlineData("dictionary:iterations=1,kOverS=3", ElementType.Float32)]
    [InlineData("svd", ElementType.BFloat16)]
    [InlineData("svd:calibrated=false", ElementType.Float32)]
    public void Everything_stored_keeps_within_the_share_of_the_dense_bytes(string update, ElementType values)
    {
        var layer = new Layer(planted: false);
        foreach (var saved in (double[])[0.2, 0.4, 0.6])
        {
            var outcome = layer.Apply(update, saved, values);
            var stored = Assert.IsType<DictionaryMatrix>(outcome.Replacement);
            var share = (double)stored.ByteCount / DenseMatrix.BytesFor(values, Rows, Columns);
            Assert.Equal(Methods.Updates.Create(MethodChoice.Parse(update)).StoredBytes(values, Rows, Columns, saved), stored.ByteCount);
            // One atom more would not have fitted; an atom of a dictionary twice as large takes some 5 % of so small a matrix.
            Assert.InRange(share, 1 - saved - 0.06, 1 - saved);
            Assert.Equal(values, stored.Element);
            Assert.Contains(outcome.Notes, note => note.Contains($"{stored.ByteCount} bytes", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Matrices_that_share_a_dictionary_take_as_much_as_one_of_all_their_outputs()
    {
        var update = Methods.Updates.Create(MethodChoice.Parse("dictionary:iterations=2,share=inputs"));
        Layer[] layers = [new(planted: true), new(planted: false)];
        var together = Layer.ApplyTogether(update, layers, 0.3);
        Assert.Equal(2, together.Count);
        Assert.Equal(update.StoredBytes(ElementType.BFloat16, 2 * Rows, Columns, 0.3, 2), together.Sum(outcome => outcome.Replacement!.ByteCount));
        Assert.All(together, outcome => Assert.Contains("share one dictionary", outcome.Notes[0], StringComparison.Ordinal));
        // By themselves when the option is not given.
        Assert.False(Methods.Updates.Create(new MethodChoice("dictionary")).WorksTogether);
    }

    [Fact]
    public void The_budget_is_the_formula_of_the_paper()
    {
        // s = ⌊(1 - γ) d1 d2 / (ρ d1 + d2 + ρ d2 / 16)⌋ with 16-bit values, up to the 16 values of slack.
        var budget = FactorBudget.ForDictionary(ElementType.BFloat16, 704, 256, 0.3, 2);
        Assert.Equal(new FactorBudget(192, 96), budget);
        var rank = (int)(0.7 * 704 * 256 / (704 + 256));
        Assert.Equal(new FactorBudget(rank, rank), FactorBudget.ForRank(ElementType.BFloat16, 704, 256, 0.3));
    }

    [Theory]
    [InlineData("dictionary")]
    [InlineData("svd")]
    public void A_matrix_too_small_for_a_single_atom_stays_dense_with_a_note(string update)
    {
        var weights = new Tensor<float>(new Shape(3, 4));
        weights.Span.Fill(1);
        var statistics = new LayerStatistics(4, StatisticsKind.Gram);
        statistics.Add(weights.Matrix, 1);
        var outcome = Methods.Updates.Create(new MethodChoice(update)).Apply(new LayerProblem("small", weights.Matrix, statistics), new MagnitudeScore(new MethodOptions(new MethodChoice("magnitude"))),
            new MaskRequest(Pattern.Unstructured, 0.5, ComparisonGroup.Layer));
        Assert.Null(outcome.Replacement);
        Assert.Equal(weights.Span.ToArray(), outcome.Weights.Span.ToArray());
        Assert.Contains("stays dense", Assert.Single(outcome.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dictionary", "2:4", "auto", ElementType.Float32, "pattern 2:4")]
    [InlineData("svd", "block:1x8", "auto", ElementType.Float32, "pattern block")]
    [InlineData("dictionary", "unstructured", "bitmap", ElementType.Float32, "bitmap")]
    [InlineData("dictionary", "unstructured", "auto", ElementType.Int8, "int8")]
    public void A_recipe_whose_parts_exclude_each_other_is_refused_with_the_reason(string update, string pattern, string layout, ElementType values, string reason)
    {
        var recipe = new Recipe { Update = new MethodChoice(update), Pattern = Pattern.Parse(pattern), Layout = layout, Values = values };
        var fault = Assert.Throws<InvalidSettingException>(() => recipe.Validate());
        Assert.StartsWith($"update {update}", fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_with_a_pattern_and_a_recovery_are_refused_too()
    {
        var recipe = new Recipe { Update = new MethodChoice("dictionary") };
        Assert.Same(recipe, recipe.Validate());
        Assert.Throws<InvalidSettingException>(() => (recipe with { Rules = [new RecipeRule("*") { Pattern = Pattern.Parse("2:4") }] }).Validate());
        Assert.Throws<InvalidSettingException>(() => (recipe with { Recovery = new RecoverySettings { Steps = 5 } }).Validate());
    }

    [Fact]
    public void Few_tokens_are_noted_and_a_run_can_be_stopped()
    {
        var layer = new Layer(planted: false, tokens: 40);
        Assert.Contains(layer.Apply("svd", 0.3, ElementType.Float32).Notes, note => note.StartsWith("40 tokens", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => layer.Apply("dictionary", 0.3, ElementType.Float32, stop.Token));
    }

    /// <summary>Weights of 64 inputs and 256 outputs, normal or in eight subspaces of eight dimensions with 5 % noise, and inputs mixed by a random matrix.</summary>
    private sealed class Layer
    {
        private readonly Tensor<float> _weights = new(new Shape(Rows, Columns));
        private readonly LayerStatistics _statistics = new(Columns, StatisticsKind.Gram);

        public Layer(bool planted, int tokens = 512)
        {
            var chance = new RandomStream(3, "factor layer");
            chance.FillNormal(_weights.Span);
            if (planted)
                Plant(chance);
            var (raw, mixing, inputs) = (new Tensor<float>(new Shape(tokens, Columns)), new Tensor<float>(new Shape(Columns, Columns)), new Tensor<float>(new Shape(tokens, Columns)));
            chance.FillNormal(raw.Span);
            chance.FillNormal(mixing.Span);
            Gemm.Multiply(raw.Matrix, false, mixing.Matrix, false, inputs.Matrix);
            _statistics.Add(inputs.Matrix, 8);
        }

        public LayerOutcome Apply(string update, double saved, ElementType values, CancellationToken cancellation = default) =>
            Methods.Updates.Create(MethodChoice.Parse(update)).Apply(
                new LayerProblem("layer", _weights.Matrix, _statistics, 7) { Values = values, Cancellation = cancellation },
                Methods.Scores.Create(new MethodChoice("magnitude")), new MaskRequest(Pattern.Unstructured, saved, ComparisonGroup.Layer));

        /// <summary>Prunes layers as if all read the inputs of the first.</summary>
        public static IReadOnlyList<LayerOutcome> ApplyTogether(IUpdate update, Layer[] layers, double saved) => update.ApplyTogether(
            [.. layers.Select((layer, i) => new LayerProblem($"layer {i}", layer._weights.Matrix, layers[0]._statistics, 7) { Values = ElementType.BFloat16 })],
            Methods.Scores.Create(new MethodChoice("magnitude")), new MaskRequest(Pattern.Unstructured, saved, ComparisonGroup.Layer));

        /// <summary>‖X(W − Ŵ)ᵀ‖² / ‖XWᵀ‖² with 16-bit values, as the paper counts.</summary>
        public double Error(string update, double saved) => Error(update, saved, ElementType.BFloat16, out _);

        /// <summary>The same, and what the method's own estimate of the loss comes to.</summary>
        public double Error(string update, double saved, ElementType values, out double told)
        {
            var outcome = Apply(update, saved, values);
            told = (outcome.Loss ?? double.NaN) * _statistics.SequenceCount / Energy(_weights);
            var difference = _weights.Copy();
            TensorPrimitives.Subtract<float>(difference.Span, outcome.Weights.Span, difference.Span);
            return Energy(difference) / Energy(_weights);
        }

        private double Energy(Tensor<float> weights)
        {
            var product = new Tensor<float>(weights.Shape);
            Gemm.Multiply(weights.Matrix, false, _statistics.Gram, false, product.Matrix);
            return TensorPrimitives.Dot<float>(weights.Span, product.Span);
        }

        private void Plant(RandomStream chance)
        {
            var (bases, codes) = (new Tensor<float>(new Shape(64, Columns)), new Tensor<float>(new Shape(Rows, 8)));
            chance.FillNormal(bases.Span);
            chance.FillNormal(codes.Span);
            for (var row = 0; row < Rows; row++)
            {
                var target = _weights.Matrix.Row(row);
                // The noise is 5 % of a row's norm, which is about sqrt(8 · 64).
                TensorPrimitives.Multiply<float>(target, 0.05f * MathF.Sqrt(8), target);
                for (var i = 0; i < 8; i++)
                    TensorPrimitives.MultiplyAdd<float>(bases.Matrix.Row(row % 8 * 8 + i), codes.Matrix[row, i], target, target);
            }
        }
    }
}
