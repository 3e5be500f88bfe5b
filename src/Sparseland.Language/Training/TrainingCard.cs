using System.Globalization;
using System.Text;
using Sparseland.Reports;

namespace Sparseland.Language.Training;

/// <summary>The README.md of a model that was trained from a recipe: what it is, what it was trained on, how it went, how good it is beside the best possible.</summary>
internal static class TrainingCard
{
    /// <summary>The curve's file, beside the card.</summary>
    public const string CurveFile = "curve.svg";

    /// <summary>The card as Markdown.</summary>
    public static string Of(TrainingRecipe recipe, TrainingLog log, long parameters, IReadOnlyDictionary<string, double> figures)
    {
        var card = new StringBuilder();
        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        var shape = recipe.Model;
        var tokens = log.Legs.Sum(leg => leg.Steps * recipe.Legs[leg.Leg].MicroBatches * recipe.Legs[leg.Leg].BatchTokens);
        Line($"# {recipe.Name}");
        Line($"");
        Line($"A Llama-type language model of {parameters / 1e6:F2} million parameters: {shape.BlockCount} blocks, width {shape.Width}, {shape.HeadCount} heads of {shape.HeadWidth}, feed-forward width {shape.FeedForwardWidth}, context {shape.ContextLength}, tied embeddings, bfloat16.");
        var sheets = recipe.Stories.Options?.Sheets is null ? "" : " Work sheets were among them: sums worked out step by step, and list tasks.";
        Line($"It tells stories of a small simulated world and answers questions about them.{sheets} The command that makes it from its recipe:");
        Line($"");
        Line($"    sparseland train models/{recipe.Name}/recipe.json");
        Line($"");
        Line($"Data: generated stories (docs/guides/stories.md), seed {recipe.Seed}; vocabulary: byte-level BPE learned from {recipe.Tokenizer.Stories} of them. At most {tokens / 1e6:F1} million tokens, about {6.0 * parameters * tokens:E1} FLOP.");
        Line($"");
        Line($"| leg | steps | tokens a step | peak rate | decay |");
        Line($"|---:|---:|---:|---:|---|");
        foreach (var leg in log.Legs)
        {
            var plan = recipe.Legs[leg.Leg];
            Line($"| {leg.Leg + 1} | {leg.Steps} | {plan.BatchTokens * plan.MicroBatches} | {plan.Schedule.Peak} | {plan.Schedule.Decay}{(leg.Steps < plan.Schedule.Steps ? $" over {plan.Schedule.Steps}, stopped" : "")} |");
        }
        Line($"");
        Line($"## How good it is");
        Line($"");
        Line($"On held-out whole stories, beside the best that any model can reach (the generator's own choices, so exact). An answer counts when each of its tokens is the model's first choice.");
        Line($"");
        Line($"| figure | value |");
        Line($"|---|---:|");
        foreach (var (name, value) in figures)
            Line($"| {name} | {value:F4} |");
        Line($"");
        Line($"![perplexity on held-out stories during training]({CurveFile})");
        return card.ToString();
    }

    /// <summary>Perplexity and its bound over the steps of all legs.</summary>
    public static string Curve(TrainingLog log)
    {
        var perplexity = new List<PlotPoint>();
        var bound = new List<PlotPoint>();
        var start = 0L;
        foreach (var leg in log.Legs)
        {
            foreach (var point in leg.Curve)
            {
                if (point.Figures.TryGetValue("perplexity", out var value))
                    perplexity.Add(new PlotPoint(start + point.Step, value));
                if (point.Figures.TryGetValue("bound", out var best))
                    bound.Add(new PlotPoint(start + point.Step, best));
            }
            start += leg.Steps;
        }
        return new SvgPlot("Perplexity on held-out stories", new PlotAxis("step"), new PlotAxis("perplexity", Logarithmic: true),
            [new PlotSeries("model", perplexity), new PlotSeries("best possible", bound)]).ToSvg();
    }
}
