using Sparseland.Errors;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Evaluation;

/// <summary>A stretch of tokens that the model sees at once.</summary>
/// <param name="Domain">Whose tokens they are.</param>
/// <param name="Tokens">What the model sees.</param>
/// <param name="FirstScored">Index of the first token that is scored; at least 1.</param>
internal sealed record PerplexityWindow(string Domain, ArraySegment<int> Tokens, int FirstScored)
{
    /// <summary>How many tokens are scored.</summary>
    public int Scored => Tokens.Count - FirstScored;

    /// <summary>Cuts texts by a protocol, up to its limit.</summary>
    /// <exception cref="InvalidSettingException">The texts are too short for one window.</exception>
    public static List<PerplexityWindow> Cut(IReadOnlyList<EvaluationText> texts, ITokenizer tokenizer, PerplexityProtocol protocol)
    {
        var windows = new List<PerplexityWindow>();
        var scored = 0L;
        foreach (var window in protocol.Windows == PerplexityWindows.Documents ? CutDocuments(texts, tokenizer, protocol) : CutStreams(texts, tokenizer, protocol))
        {
            windows.Add(window);
            scored += window.Scored;
            if (scored >= protocol.Limit)
                break;
        }
        if (windows.Count == 0)
            throw new InvalidSettingException($"the evaluation text holds no tokens to score under '{protocol.Name}': give a longer text or a shorter window");
        return windows;
    }

    private static IEnumerable<PerplexityWindow> CutDocuments(IReadOnlyList<EvaluationText> texts, ITokenizer tokenizer, PerplexityProtocol protocol)
    {
        foreach (var text in texts)
        {
            var tokens = tokenizer.Encode(text.Text, protocol.AddsSpecial);
            if (tokens.Length >= 2)
                yield return new(text.Domain, new ArraySegment<int>(tokens, 0, Math.Min(tokens.Length, protocol.Window)), 1);
        }
    }

    private static IEnumerable<PerplexityWindow> CutStreams(IReadOnlyList<EvaluationText> texts, ITokenizer tokenizer, PerplexityProtocol protocol)
    {
        foreach (var domain in texts.GroupBy(text => text.Domain))
        {
            var stream = tokenizer.Encode(string.Join(protocol.Separator, domain.Select(text => text.Text)), protocol.AddsSpecial);
            var slides = protocol.Windows == PerplexityWindows.Sliding;
            var done = 1;
            for (var first = 0; done < stream.Length; first += slides ? protocol.Stride : protocol.Window)
            {
                var end = Math.Min(stream.Length, first + protocol.Window);
                if (!slides && end - first < protocol.Window)
                    break;
                yield return new(domain.Key, new ArraySegment<int>(stream, first, end - first), slides ? done - first : 1);
                done = end;
            }
        }
    }
}
