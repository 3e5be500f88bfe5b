using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Training;

/// <summary>An answer inside a tokenised story.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="FirstToken">Index of the answer's first token in <see cref="TokenizedStory.Ids"/>.</param>
/// <param name="TokenCount">Its tokens, the end of the line included, so that an answer that goes on too long is wrong.</param>
public readonly record struct TokenizedAnswer(StoryQuestionKind Kind, int FirstToken, int TokenCount);

/// <summary>A story as token ids between a begin and an end token.</summary>
/// <param name="Ids">Begin token, the text's tokens, end token.</param>
/// <param name="Surprisal">The story's own information in nats: no model can expect less for all tokens after the first.</param>
/// <param name="Answers">Where the answers are.</param>
public sealed record TokenizedStory(int[] Ids, double Surprisal, IReadOnlyList<TokenizedAnswer> Answers)
{
    /// <summary>Tokenises a story with a byte-level tokenizer (every character of a token's text is one byte).</summary>
    public static TokenizedStory Of(Story story, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(story);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var ids = Encode(story.Text, tokenizer);
        var answers = new List<TokenizedAnswer>(story.Questions.Count);
        var (token, start) = (1, 0);
        foreach (var question in story.Questions)
        {
            // The answer's tokens are those that begin at the space before it or later, up to and with the one that holds the line feed.
            var (from, to) = (question.AnswerOffset - 1, question.AnswerOffset + question.Answer.Length);
            while (start < from)
                start += tokenizer.TokenText(ids[token++]).Length;
            var first = token;
            while (start <= to && token < ids.Length - 1)
                start += tokenizer.TokenText(ids[token++]).Length;
            answers.Add(new TokenizedAnswer(question.Kind, first, token - first));
        }
        return new TokenizedStory(ids, story.Surprisal, answers);
    }

    /// <summary>The story as a sequence to learn from.</summary>
    public TokenSequence ToSequence()
    {
        var inAnswer = new bool[Ids.Length];
        foreach (var answer in Answers)
            inAnswer.AsSpan(answer.FirstToken, answer.TokenCount).Fill(true);
        return new TokenSequence(Ids, inAnswer);
    }

    /// <summary>The ids of a text between the begin and the end token.</summary>
    public static int[] Encode(string text, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return [tokenizer.BeginToken!.Value, .. tokenizer.Encode(text, addSpecial: false), tokenizer.EndTokens[0]];
    }
}
