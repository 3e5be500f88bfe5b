using System.Globalization;
using System.Text;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>The README.md of a pruned model: what it is, what it cost, and how it was made.</summary>
public static class ModelCard
{
    /// <summary>The card as Markdown.</summary>
    public static string Of(PruneReport report, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(recipe);
        var card = new StringBuilder();
        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# {report.Model}, pruned");
        Line($"");
        Line($"{report.Sparsity:P1} of the weights of its linear layers are removed ({report.SparsityOfAll:P1} of all weights): {recipe}.");
        Line($"");
        Line($"| | before | after |");
        Line($"|---|---|---|");
        Line($"| bytes of all tensors, index included | {report.BytesBefore:N0} | {report.BytesAfter:N0} |");
        Line($"| weights that are stored as numbers | {report.Parameters:N0} | {report.Parameters - report.PrunableParameters + report.KeptParameters:N0} |");
        if (report.Structures is { } structures)
        {
            Line($"| parameters of the feed-forward layers | {structures.Before.FeedForward:N0} | {structures.After.FeedForward:N0} |");
            Line($"| parameters of the attention | {structures.Before.Attention:N0} | {structures.After.Attention:N0} |");
            Line($"| parameters of the whole model | {structures.Before.Total:N0} | {structures.After.Total:N0} |");
        }
        foreach (var figure in report.Figures)
            Line($"| {figure.Name} | {figure.Before:0.####} | {figure.After:0.####} |");
        Line($"");
        Line($"Calibration: {(report.CalibrationSource is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"{report.CalibrationSequences} sequences of {report.CalibrationLength} tokens from {report.CalibrationSource}"))}.");
        Line($"Embedding, norms and head are not pruned. Sparsity is counted over the linear layers inside the blocks.");
        foreach (var note in report.Notes)
        {
            Line($"");
            Line($"{note}.");
        }
        if (report.Warnings.Count > 0)
        {
            Line($"");
            Line($"## Warnings");
            Line($"");
            foreach (var warning in report.Warnings)
                Line($"- {warning.Code} {warning.Subject}: {warning.Text}");
        }
        Line($"");
        Line($"## Recipe");
        Line($"");
        Line($"The same recipe, model and calibration give the same bytes (recipe.json; what became of every matrix is in report.json).");
        Line($"");
        Line($"```json");
        card.Append(recipe.ToJson()).Append('\n');
        Line($"```");
        return card.ToString();
    }
}
