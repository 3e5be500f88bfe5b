using Sparseland.Errors;
using Sparseland.Language.Chat;

namespace Sparseland.Language.Tests.Chat;

public class ChatTemplateTests
{
    private static readonly ChatMessage[] Conversation =
        [new("system", "Be brief."), new("user", " Hi there "), new("assistant", "Hello."), new("user", "Why?")];

    private static readonly ChatTemplateOptions Options = new() { BeginToken = "<s>", EndToken = "</s>", Now = new DateTimeOffset(2024, 7, 6, 13, 5, 9, TimeSpan.Zero) };

    private static string Render(string template, ChatMessage[]? messages = null, ChatTemplateOptions? options = null) =>
        ChatTemplate.Parse(template).Render(messages ?? Conversation, options ?? Options);

    // The expected prompts are worked by hand from each model's published format.

    [Fact]
    public void Llama2_folds_the_system_text_into_the_first_turn()
    {
        const string Template = """
            {% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}
            """;
        Assert.Equal("<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n Hi there [/INST] Hello. </s><s>[INST] Why? [/INST]", Render(Template));
        Assert.Contains("alternate", Assert.Throws<InvalidSettingException>(() => Render(Template, [new("assistant", "x")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Llama3_heads_every_turn_and_opens_the_answer()
    {
        const string Template = """
            {% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
            """;
        Assert.Equal("<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", Render(Template, [new("user", " Hi\n")]));
        Assert.Equal("<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>", Render(Template, [new("user", "Hi")], Options with { AddGenerationPrompt = false }));
    }

    [Fact]
    public void Llama31_writes_the_date_and_tells_tools_apart()
    {
        const string Template = """
            {{- bos_token }}
            {%- if custom_tools is defined %}
                {%- set tools = custom_tools %}
            {%- endif %}
            {%- if not date_string is defined %}
                {%- if strftime_now is defined %}
                    {%- set date_string = strftime_now("%d %b %Y") %}
                {%- else %}
                    {%- set date_string = "26 Jul 2024" %}
                {%- endif %}
            {%- endif %}
            {%- if not tools is defined %}
                {%- set tools = none %}
            {%- endif %}

            {#- The system text is taken out. #}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_message = messages[0]['content']|trim %}
                {%- set messages = messages[1:] %}
            {%- else %}
                {%- set system_message = "" %}
            {%- endif %}
            {{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
            {{- "Today Date: " + date_string + "\n\n" }}
            {%- if tools is not none %}
                {{- "Tools: " + tools | tojson }}
            {%- endif %}
            {{- system_message }}
            {{- "<|eot_id|>" }}
            {%- for message in messages %}
                {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
            {%- endif %}
            """;
        const string Rest = "Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi there<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
            + "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
        Assert.Equal("<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 06 Jul 2024\n\n" + Rest, Render(Template));
        Assert.Contains("Today Date: 26 Jul 2024", Render(Template, options: Options with { Now = null }), StringComparison.Ordinal);
        Assert.Contains("date", Assert.Throws<InvalidSettingException>(() => Render("{{ strftime_now('%Y') }}", options: Options with { Now = null })).Message, StringComparison.Ordinal);
        var tools = new List<object?> { new Dictionary<string, object?> { ["name"] = "look \"up\"", ["count"] = 2 } };
        Assert.Equal("<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 06 Jul 2024\n\nTools: [{\"name\": \"look \\\"up\\\"\", \"count\": 2}]" + Rest,
            Render(Template, options: Options with { Variables = new Dictionary<string, object?> { ["tools"] = tools } }));
    }

    [Fact]
    public void Qwen2_puts_its_own_system_text_before_a_conversation_without_one()
    {
        const string Template = """
            {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            """;
        Assert.Equal("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", Render(Template, [new("user", "Hi")]));
        Assert.StartsWith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n", Render(Template), StringComparison.Ordinal);
    }

    [Fact]
    public void Qwen25_walks_backwards_and_keeps_state_in_a_namespace()
    {
        const string Template = """
            {%- if tools %}
                {{- '<|im_start|>system\n' }}
                {%- for tool in tools %}
                    {{- "\n" }}
                    {{- tool | tojson }}
                {%- endfor %}
                {{- "<|im_end|>\n" }}
            {%- else %}
                {%- if messages[0].role == 'system' %}
                    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
                {%- endif %}
            {%- endif %}
            {%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
            {%- for message in messages[::-1] %}
                {%- set index = (messages|length - 1) - loop.index0 %}
                {%- if ns.multi_step_tool and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
                    {%- set ns.multi_step_tool = false %}
                    {%- set ns.last_query_index = index %}
                {%- endif %}
            {%- endfor %}
            {%- for message in messages %}
                {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
                    {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
                {%- elif message.role == "assistant" %}
                    {%- set content = message.content %}
                    {%- set reasoning_content = '' %}
                    {%- if message.reasoning_content is defined and message.reasoning_content is not none %}
                        {%- set reasoning_content = message.reasoning_content %}
                    {%- else %}
                        {%- if '</think>' in message.content %}
                            {%- set content = message.content.split('</think>')[-1].lstrip('\n') %}
                            {%- set reasoning_content = message.content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
                        {%- endif %}
                    {%- endif %}
                    {%- if loop.index0 > ns.last_query_index %}
                        {{- '<|im_start|>' + message.role + '\n<think>\n' + reasoning_content.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}
                    {%- else %}
                        {{- '<|im_start|>' + message.role + '\n' + content }}
                    {%- endif %}
                    {{- '<|im_end|>\n' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\n' }}
            {%- endif %}
            """;
        ChatMessage[] messages = [new("user", "1+1?"), new("assistant", "<think>\nadd\n</think>\n\n2"), new("user", "2+2?"), new("assistant", "<think>\nsum\n</think>\n\n4")];
        Assert.Equal("<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n<|im_start|>user\n2+2?<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\nsum\n</think>\n\n4<|im_end|>\n<|im_start|>assistant\n", Render(Template, messages));
    }

    [Fact]
    public void Mistral_gives_the_system_text_with_the_last_question()
    {
        const string Template = """
            {%- if messages[0]["role"] == "system" %}
                {%- set system_message = messages[0]["content"] %}
                {%- set loop_messages = messages[1:] %}
            {%- else %}
                {%- set loop_messages = messages %}
            {%- endif %}
            {%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

            {{- bos_token }}
            {%- for message in loop_messages %}
                {%- if message["role"] == "user" %}
                    {%- if loop.last and system_message is defined %}
                        {{- "[INST] " + system_message + "\n\n" + message["content"] + "[/INST]" }}
                    {%- else %}
                        {{- "[INST] " + message["content"] + "[/INST]" }}
                    {%- endif %}
                {%- elif message["role"] == "assistant" %}
                    {{- " " + message["content"]|trim + eos_token }}
                {%- else %}
                    {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
                {%- endif %}
            {%- endfor %}
            {{- "#" ~ user_messages|length }}
            """;
        Assert.Equal("<s>[INST]  Hi there [/INST] Hello.</s>[INST] Be brief.\n\nWhy?[/INST]#2", Render(Template));
    }

    [Fact]
    public void Zephyr_as_TinyLlama_uses_it_lives_by_trimmed_blocks()
    {
        const string Template = "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n"
            + "{{ '<|system|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\\n'  + message['content'] + eos_token }}\n{% endif %}\n"
            + "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}";
        Assert.Equal("<|system|>\nBe brief.</s>\n<|user|>\n Hi there </s>\n<|assistant|>\nHello.</s>\n<|user|>\nWhy?</s>\n<|assistant|>\n", Render(Template));
    }

    [Fact]
    public void A_macro_serves_the_turns_and_a_training_mark_changes_nothing()
    {
        const string Template = """
            {%- macro turn(role, text='nothing') -%}
            [{{ role | upper }}] {{ text }}
            {%- endmacro -%}
            {%- for m in messages if m.role != 'system' -%}
            {%- generation %}{{ turn(m.role, m.content | trim) }}{% endgeneration -%}
            {{ ', ' if not loop.last }}
            {%- endfor -%}
            {{ '; ' ~ turn('end') }}
            """;
        Assert.Equal("[USER] Hi there, [ASSISTANT] Hello., [USER] Why?; [END] nothing", Render(Template));
    }
}
